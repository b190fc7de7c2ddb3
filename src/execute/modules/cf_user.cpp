// user: calls all devices of a user.
#include "execute/modules/endpoints.hpp"
#include "execute/modules/module_table.hpp"
#include "execute/modules/node_data.hpp"

#include <utility>

namespace pivot::execute::modules {

Task<ModuleEnd> user(Work work, json::Value data, Deadline& deadline)
{
    RingPlan plan = plan_for_one(work, data, Member::Kind::user);
    plan.strategy = strategy_of(text(data, "strategy"));
    plan.ignores_early_media = plan.strategy == Strategy::simultaneous;
    return call_endpoints(work, std::move(plan), deadline);
}

}  // namespace pivot::execute::modules
