// Redirect, Hangup, Reject and Set.
#include "base/text.hpp"
#include "execute/playing.hpp"
#include "execute/verbs/verb.hpp"

#include <fmt/format.h>

namespace pivot::execute {

namespace {

void set_variables(LiveCall& call, twiml::Element parent)
{
    for (const twiml::Element variable : parent.children()) {
        if (variable.name() != twiml::Name::variable) continue;
        if (!variable.has(Attribute::key)) {
            call.warn(where(variable), "Variable: it has no key");
            continue;
        }
        call.session().set_variable(std::string(variable.text(Attribute::key)),
                                    std::string(variable.text(Attribute::value)));
    }
}

}  // namespace

Task<NextStep> perform_redirect(LiveCall& call, twiml::Element redirect, Deadline&)
{
    set_variables(call, redirect);
    const std::string flaw = flaw_of_redirect(redirect, resolver(call));
    if (!flaw.empty()) call.warn(where(redirect), flaw);
    session::Ask ask;
    ask.url = redirect.text();
    ask.method = method_of(redirect, Attribute::method);
    co_return ask_next(std::move(ask));
}

Task<NextStep> perform_hangup(LiveCall& call, twiml::Element, Deadline& deadline)
{
    if (call.leg() == caller) co_await call.answer(deadline);
    co_return next_step(NextStep::Kind::hang_up);
}

// SIP statuses as KAZOO's. An answered call can no longer be refused, only hung up.
Task<NextStep> perform_reject(LiveCall& call, twiml::Element reject, Deadline& deadline)
{
    if (call.channel().is_answered() || call.leg() != caller) {
        call.warn(where(reject), "Reject: the call is answered already, and is hung up");
        co_return next_step(NextStep::Kind::hang_up);
    }
    if (reject.has(Attribute::prompt)) {
        Media media = media_named(reject.text(Attribute::prompt), resolver(call));
        if (!media.empty()) co_await play(call, std::move(media), "", deadline);
    }
    const bool is_busy = reject.text(Attribute::reason) == "busy";
    call.session().set_call_status(is_busy ? "busy" : "no-answer");
    const auto phrase = ReasonPhrase::of(is_busy ? "Busy Here" : "Service Unavailable");
    co_await call.reject(is_busy ? 486 : 503, phrase, deadline);
    co_return next_step(NextStep::Kind::over);
}

Task<NextStep> perform_set(LiveCall& call, twiml::Element set, Deadline&)
{
    set_variables(call, set);
    co_return NextStep();
}

}  // namespace pivot::execute
