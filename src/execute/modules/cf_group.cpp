// group: calls the members of a group of the directory, or the node's own endpoints.
#include "execute/modules/endpoints.hpp"
#include "execute/modules/media_names.hpp"
#include "execute/modules/module_table.hpp"
#include "execute/modules/node_data.hpp"

#include <utility>

namespace pivot::execute::modules {

Task<ModuleEnd> group(Work work, json::Value data, Deadline& deadline)
{
    RingPlan plan = plan_for_many(work, data);
    if (!plan.members.empty()) return call_endpoints(work, std::move(plan), deadline);
    const std::string_view id = text(data, "id");
    plan.answers_first = true;
    Member& member = plan.members.emplace_back();
    member.kind = Member::Kind::group;
    member.id = id;
    if (const Group* const stored = look_up(work, &Directory::group, id)) {
        if (!stored->strategy.empty()) plan.strategy = strategy_of(stored->strategy);
        if (stored->timeout) plan.timeout = *stored->timeout;
        if (!stored->ringback.empty()) plan.ringback = ringback_named(work, stored->ringback);
    }
    return call_endpoints(work, std::move(plan), deadline);
}

}  // namespace pivot::execute::modules
