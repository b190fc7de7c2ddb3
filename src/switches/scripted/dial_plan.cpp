#include "switches/scripted/dial_plan.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace pivot::switches::scripted {

void DialPlan::add(const DialBehaviour& said)
{
    DialBehaviour of_next;
    for (const DialBehaviour::Part& part : said.parts) {
        if (part.address.empty()) {
            of_next.parts.push_back(part);
        } else {
            plan_of(part.address).add(part.leg);
        }
    }
    if (!of_next.parts.empty()) next_.add(of_next);
}

DialBehaviour DialPlan::take(const std::vector<Target>& targets)
{
    DialBehaviour behaviour = next_.take();
    for (Callee& callee : callees_) {
        const bool is_called = std::ranges::any_of(targets, [&callee](const auto& target) {
            return is_address(callee.address, target.address.text());
        });
        if (is_called) behaviour.parts.push_back({0, callee.address, callee.plan.take()});
    }
    return behaviour;
}

Plan<LegBehaviour>& DialPlan::plan_of(const std::string& address)
{
    const auto known = std::ranges::find_if(callees_, [&address](const Callee& callee) {
        return equals_ignoring_case(callee.address, address);
    });
    if (known != callees_.end()) return known->plan;
    callees_.push_back({address, {}});
    return callees_.back().plan;
}

}  // namespace pivot::switches::scripted
