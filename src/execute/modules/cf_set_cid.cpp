// set_cid: changes the caller id that callees see.
#include "execute/modules/module_table.hpp"
#include "execute/modules/node_data.hpp"

namespace pivot::execute::modules {

Task<ModuleEnd> set_cid(Work work, json::Value data, Deadline& deadline)
{
    work.memory.caller_id.name = text(data, "caller_id_name");
    work.memory.caller_id.number = text(data, "caller_id_number");
    return ready(go_on(), deadline);
}

}  // namespace pivot::execute::modules
