// <Pause>
#include "execute/verbs/verb.hpp"

namespace pivot::execute::verbs {

Task<NextStep> perform_pause(LiveCall& call, twiml::Element pause, Deadline& deadline)
{
    co_await call.pause(seconds_of(pause, Attribute::length), deadline);
    co_return NextStep();
}

}  // namespace pivot::execute::verbs
