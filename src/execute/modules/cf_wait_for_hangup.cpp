// wait_for_hangup: pauses the flow until the caller hangs up.
#include "execute/modules/module_table.hpp"

namespace pivot::execute::modules {

Task<ModuleEnd> wait_for_hangup(Work work, json::Value, Deadline& deadline)
{
    return wait_for_end(work, deadline);
}

}  // namespace pivot::execute::modules
