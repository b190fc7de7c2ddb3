// group: calls the members of a group of the directory, or the node's own endpoints.
#include "execute/modules/endpoints.hpp"
#include "execute/modules/module_table.hpp"
#include "execute/modules/node_data.hpp"

#include <utility>

namespace pivot::execute::modules {

Task<ModuleEnd> group(Work work, json::Value data, Deadline& deadline)
{
    RingPlan plan = plan_for_many(work, data);
    if (!plan.members.empty()) return call_endpoints(work, std::move(plan), deadline);
    plan.answers_first = true;
    call_group(plan, work, text(data, "id", text(data, "group_id")));
    return call_endpoints(work, std::move(plan), deadline);
}

}  // namespace pivot::execute::modules
