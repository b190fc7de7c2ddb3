// <Play>: a sound, a tone or keys.
#include "base/text.hpp"
#include "execute/jobs/playback.hpp"
#include "execute/verbs/verb.hpp"

#include <pivot/checked_text.hpp>

#include <string>

#include <fmt/format.h>

namespace pivot::execute::verbs {

namespace {

constexpr milliseconds key_length{200};

}  // namespace

Task<NextStep> perform_play(LiveCall& call, twiml::Element play, Deadline& deadline)
{
    const bool has_digits = play.has(Attribute::digits);
    const Media media = media_of(play, resolver(call));
    const bool is_empty = play.text().empty() && !has_digits;
    if (!is_empty && call.leg() == caller) co_await call.answer(deadline);
    const std::string flaw = flaw_of_play(play, media);
    if (!flaw.empty()) call.warn(where(play), flaw);
    if (media.empty() && !has_digits) co_return NextStep();
    const std::string_view keys = play.text(Attribute::terminators);
    jobs::PlaybackResult heard;
    for (std::int64_t round = rounds_of(play); round > 0 && heard.key == 0; --round) {
        if (call.must_stop() || heard.has_failed) break;
        if (has_digits) {
            auto digits = name_in<KeySequence>(call, play, Attribute::digits);
            heard = co_await jobs::send_keys(call, std::move(digits), key_length, deadline);
        } else {
            Media again = media;
            heard = co_await jobs::play(call, std::move(again), keys, deadline);
        }
    }
    if (heard.has_failed) {
        const std::string failure =
            has_digits ? "Play: the switch could not send the keys"
                       : fmt::format("Play: the switch could not play {}", play.text());
        call.warn(where(play), with_reason(failure, heard.why));
    }
    co_return NextStep();
}

}  // namespace pivot::execute::verbs
