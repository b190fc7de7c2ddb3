// pivot: asks a web server how the call goes on.
#include "execute/modules/module_table.hpp"

namespace pivot::execute::modules {

Task<ModuleEnd> pivot(Work, json::Value, Deadline& deadline)
{
    return ready(ask_server(), deadline);
}

}  // namespace pivot::execute::modules
