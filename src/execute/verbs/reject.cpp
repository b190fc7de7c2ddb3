// <Reject>: the call is refused before it is answered.
#include "execute/jobs/playback.hpp"
#include "execute/verbs/verb.hpp"

namespace pivot::execute::verbs {

// SIP statuses as KAZOO's. An answered call can no longer be refused, only hung up.
Task<NextStep> perform_reject(LiveCall& call, twiml::Element reject, Deadline& deadline)
{
    if (call.is_answered() || call.leg() != caller) {
        call.warn(where(reject), "Reject: the call is answered already, and is hung up");
        co_return next_step(NextStep::Kind::hang_up);
    }
    if (reject.has(Attribute::prompt)) {
        Media media = media_named(reject.text(Attribute::prompt), resolver(call));
        const std::string flaw = flaw_of_sound(reject, reject.text(Attribute::prompt));
        if (!flaw.empty()) call.warn(where(reject), flaw);
        if (!media.empty()) co_await jobs::play(call, std::move(media), "", deadline);
    }
    const bool is_busy = reject.text(Attribute::reason) == "busy";
    call.session().set_call_status(is_busy ? "busy" : "no-answer");
    const auto phrase = ReasonPhrase::of(is_busy ? "Busy Here" : "Service Unavailable");
    co_await call.reject(is_busy ? 486 : 503, phrase, deadline);
    co_return next_step(NextStep::Kind::over);
}

}  // namespace pivot::execute::verbs
