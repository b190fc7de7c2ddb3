// A recording as record_call's and record_caller's data describe it.
#pragma once

#include "base/json.hpp"
#include "execute/modules/module.hpp"

namespace pivot::execute::modules {

Recording recording_of(const Work& work, json::Value data);

}  // namespace pivot::execute::modules
