// <Say>: text is spoken.
#include "base/text.hpp"
#include "execute/jobs/playback.hpp"
#include "execute/verbs/verb.hpp"

#include <pivot/checked_text.hpp>

namespace pivot::execute::verbs {

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
    jobs::PlaybackResult heard;
    for (std::int64_t round = rounds_of(say); round > 0 && heard.key == 0; --round) {
        if (call.must_stop() || heard.has_failed) break;
        Speech again = speech;
        heard = co_await jobs::say(call, std::move(again), keys, deadline);
    }
    if (heard.has_failed) {
        call.warn(where(say), with_reason("Say: the switch could not speak this", heard.why));
    }
    co_return NextStep();
}

}  // namespace pivot::execute::verbs
