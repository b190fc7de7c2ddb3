// <Pay>
#include "execute/verbs/verb.hpp"

#include <utility>

namespace pivot::execute::verbs {

Task<NextStep> perform_pay(LiveCall& call, twiml::Element pay, Deadline&)
{
    call.warn(where(pay), "Pay: there is no payment connector");
    Parameters parameters;
    parameters.push_back({"Result", "payment-connector-error"});
    co_return ask_action(call, pay, std::move(parameters));
}

}  // namespace pivot::execute::verbs
