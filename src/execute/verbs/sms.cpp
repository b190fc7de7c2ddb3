// <Sms>
#include "execute/verbs/verb.hpp"

#include <utility>

namespace pivot::execute::verbs {

Task<NextStep> perform_sms(LiveCall& call, twiml::Element sms, Deadline&)
{
    call.warn(where(sms), "Sms: there is no way to send messages");
    Parameters parameters;
    parameters.push_back({"SmsStatus", "invalid"});
    co_return ask_action_if_any(call, sms, std::move(parameters));
}

}  // namespace pivot::execute::verbs
