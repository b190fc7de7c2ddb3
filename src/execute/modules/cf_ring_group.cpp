// ring_group: calls several devices, users and groups.
#include "execute/modules/endpoints.hpp"
#include "execute/modules/module_table.hpp"

namespace pivot::execute::modules {

Task<ModuleEnd> ring_group(Work work, json::Value data, Deadline& deadline)
{
    return call_endpoints(work, plan_for_many(work, data), deadline);
}

}  // namespace pivot::execute::modules
