// Calls the endpoints of a ring plan: the devices of its members.
#pragma once

#include "execute/modules/ring_plan.hpp"

namespace pivot::execute::modules {

// Calls them as often as the plan says, until one answers or there is a child for the cause.
Task<ModuleEnd> call_endpoints(Work work, RingPlan plan, Deadline& deadline);

}  // namespace pivot::execute::modules
