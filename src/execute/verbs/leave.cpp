// <Leave>: the caller leaves the queue.
#include "execute/verbs/verb.hpp"

namespace pivot::execute::verbs {

Task<NextStep> perform_leave(LiveCall& call, twiml::Element leave, Deadline&)
{
    if (!call.can_leave()) {
        call.warn(where(leave), "Leave: the caller is in no queue");
        co_return NextStep();
    }
    co_return next_step(NextStep::Kind::leave);
}

}  // namespace pivot::execute::verbs
