// What the script has said of dials to come: of the next one, the one after it, and so on, and of
// the next one that calls an address.
#pragma once

#include "switches/scripted/behaviour.hpp"
#include "switches/scripted/plan.hpp"

#include <pivot/command.hpp>

#include <string>
#include <vector>

namespace pivot::switches::scripted {

class DialPlan {
public:
    void add(const DialBehaviour& said);

    // The behaviour of the dial that comes now, and calls these.
    DialBehaviour take(const std::vector<Target>& targets);

private:
    struct Callee {
        std::string address;
        Plan<LegBehaviour> plan;
    };

    Plan<LegBehaviour>& plan_of(const std::string& address);

    Plan<DialBehaviour> next_;
    std::vector<Callee> callees_;
};

}  // namespace pivot::switches::scripted
