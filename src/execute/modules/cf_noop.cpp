// noop: all earlier playback ends first.
#include "execute/modules/module_table.hpp"

namespace pivot::execute::modules {

// A module ends when all that it has begun has: there is nothing left to wait for.
Task<ModuleEnd> noop(Work, json::Value, Deadline& deadline)
{
    return at_once(go_on(), deadline);
}

}  // namespace pivot::execute::modules
