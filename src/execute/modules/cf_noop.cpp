// noop: waits until all earlier playback has ended.
#include "execute/modules/module_table.hpp"

namespace pivot::execute::modules {

// Every module ends with the last of its own jobs, so there is nothing left to wait for.
Task<ModuleEnd> noop(Work, json::Value, Deadline& deadline)
{
    return ready(go_on(), deadline);
}

}  // namespace pivot::execute::modules
