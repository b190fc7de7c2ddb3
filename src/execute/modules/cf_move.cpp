// move: takes over the call that the user has on another device.
#include "execute/modules/module_table.hpp"

namespace pivot::execute::modules {

// Only a switch knows the other calls of its users.
Task<ModuleEnd> move(Work work, json::Value, Deadline& deadline)
{
    return hand_over(work, false, deadline);
}

}  // namespace pivot::execute::modules
