// The endpoints of a ring plan are called.
#pragma once

#include "execute/modules/ring_plan.hpp"

namespace pivot::execute::modules {

Task<ModuleEnd> call_endpoints(Work work, RingPlan plan, Deadline& deadline);

}  // namespace pivot::execute::modules
