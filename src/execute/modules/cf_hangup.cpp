// hangup: the call ends.
#include "execute/modules/module_table.hpp"

namespace pivot::execute::modules {

Task<ModuleEnd> hangup(Work, json::Value, Deadline& deadline)
{
    return at_once(end_with(ModuleEnd::Kind::hang_up, ""), deadline);
}

}  // namespace pivot::execute::modules
