// Say, Play and Pause.
#include "base/text.hpp"
#include "execute/names.hpp"
#include "execute/playing.hpp"
#include "execute/verbs/verb.hpp"

#include <fmt/format.h>

namespace pivot::execute {

namespace {

// As a document's `loop` has it: 0 is until the call is over, but not for ever.
constexpr std::int64_t rounds_max = 1'000;

std::int64_t rounds_of(twiml::Element element)
{
    const std::int64_t loop = element.integer(Attribute::loop);
    return loop == 0 ? rounds_max : loop;
}

constexpr milliseconds key_length{200};

}  // namespace

Task<NextStep> perform_say(LiveCall& call, twiml::Element say, Deadline& deadline)
{
    if (say.text().empty()) co_return NextStep();
    if (call.leg() == caller) co_await call.answer(deadline);
    Speech speech;
    speech.text = OpaqueText(say.text());
    speech.ssml = OpaqueText(say.ssml());
    speech.voice = name_in<VoiceName>(call, say, Attribute::voice);
    speech.language = name_in<LanguageTag>(call, say, Attribute::language);
    speech.engine = name_in<EngineName>(call, say, Attribute::engine);
    const std::string_view keys = say.text(Attribute::terminators);
    Heard heard;
    for (std::int64_t round = rounds_of(say); round > 0 && heard.key == 0; --round) {
        if (call.must_stop() || heard.has_failed) break;
        Speech again = speech;
        heard = co_await execute::say(call, std::move(again), keys, deadline);
    }
    if (heard.has_failed) call.warn(where(say), "Say: the switch could not speak this");
    co_return NextStep();
}

Task<NextStep> perform_play(LiveCall& call, twiml::Element play, Deadline& deadline)
{
    const bool has_digits = play.has(Attribute::digits);
    const Media media = media_of(play, resolver(call));
    const bool is_empty = play.text().empty() && !has_digits;
    if (!is_empty && call.leg() == caller) co_await call.answer(deadline);
    const std::string flaw = flaw_of_play(play, media);
    if (!flaw.empty()) {
        call.warn(where(play), flaw);
        co_return NextStep();
    }
    const std::string_view keys = play.text(Attribute::terminators);
    Heard heard;
    for (std::int64_t round = rounds_of(play); round > 0 && heard.key == 0; --round) {
        if (call.must_stop() || heard.has_failed) break;
        if (has_digits) {
            auto digits = name_in<KeySequence>(call, play, Attribute::digits);
            heard = co_await send_keys(call, std::move(digits), key_length, deadline);
        } else {
            Media again = media;
            heard = co_await execute::play(call, std::move(again), keys, deadline);
        }
    }
    if (heard.has_failed) {
        call.warn(where(play), fmt::format("Play: the switch could not play {}", media.what()));
    }
    co_return NextStep();
}

Task<NextStep> perform_pause(LiveCall& call, twiml::Element pause, Deadline& deadline)
{
    co_await call.pause(seconds_of(pause, Attribute::length), deadline);
    co_return NextStep();
}

}  // namespace pivot::execute
