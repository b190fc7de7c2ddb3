// move: the call goes to another device of its user.
#include "execute/modules/module_table.hpp"

namespace pivot::execute::modules {

// Only a switch knows which other call its user has.
Task<ModuleEnd> move(Work work, json::Value, Deadline& deadline)
{
    return hand_over(work, deadline);
}

}  // namespace pivot::execute::modules
