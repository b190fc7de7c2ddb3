// <Stop>: ends what a Start began.
#include "execute/verbs/streams.hpp"
#include "execute/verbs/verb.hpp"

namespace pivot::execute::verbs {

Task<NextStep> perform_stop(LiveCall& call, twiml::Element stop, Deadline&)
{
    for (const twiml::Element noun : stop.children()) {
        const bool runs = call.streams().stop(noun.text(Attribute::name));
        if (!runs) call.warn(where(noun), "Stop: nothing of that name was started");
    }
    co_return NextStep();
}

}  // namespace pivot::execute::verbs
