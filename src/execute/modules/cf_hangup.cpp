// hangup: ends the call.
#include "execute/modules/module_table.hpp"

namespace pivot::execute::modules {

Task<ModuleEnd> hangup(Work, json::Value, Deadline& deadline)
{
    return ready(hang_up(), deadline);
}

}  // namespace pivot::execute::modules
