// <Hangup>
#include "execute/verbs/verb.hpp"

namespace pivot::execute::verbs {

Task<NextStep> perform_hangup(LiveCall& call, twiml::Element, Deadline& deadline)
{
    if (call.leg() == caller) co_await call.answer(deadline);
    co_return next_step(NextStep::Kind::hang_up);
}

}  // namespace pivot::execute::verbs
