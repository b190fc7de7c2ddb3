// ring_group: calls several devices, users and groups, or a group of the directory.
#include "execute/modules/endpoints.hpp"
#include "execute/modules/module_table.hpp"
#include "execute/modules/node_data.hpp"

#include <utility>

namespace pivot::execute::modules {

Task<ModuleEnd> ring_group(Work work, json::Value data, Deadline& deadline)
{
    RingPlan plan = plan_for_many(work, data);
    const std::string_view group = text(data, "group_id");
    if (plan.members.empty() && !group.empty()) call_group(plan, work, group);
    return call_endpoints(work, std::move(plan), deadline);
}

}  // namespace pivot::execute::modules
