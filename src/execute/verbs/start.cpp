// <Start>: a stream in the background.
#include "execute/verbs/stream_noun.hpp"
#include "execute/verbs/verb.hpp"

#include <fmt/format.h>

namespace pivot::execute::verbs {

Task<NextStep> perform_start(LiveCall& call, twiml::Element start, Deadline&)
{
    for (const twiml::Element noun : start.children()) {
        if (noun.name() != twiml::Name::stream) {
            call.warn(where(noun), fmt::format("Start: {} is not offered by this switch",
                                               twiml::name(noun.name())));
            continue;
        }
        begin_stream(call, noun, false);
    }
    co_return NextStep();
}

}  // namespace pivot::execute::verbs
