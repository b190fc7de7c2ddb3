// <Redirect>: another document takes the place of this one.
#include "execute/verbs/verb.hpp"

namespace pivot::execute::verbs {

Task<NextStep> perform_redirect(LiveCall& call, twiml::Element redirect, Deadline&)
{
    set_variables(call, redirect);
    const std::string flaw = flaw_of_redirect(redirect, resolver(call));
    if (!flaw.empty()) call.warn(where(redirect), flaw);
    session::Request ask;
    ask.url = redirect.text();
    ask.method = method_of(redirect, Attribute::method);
    co_return ask_next(std::move(ask));
}

}  // namespace pivot::execute::verbs
