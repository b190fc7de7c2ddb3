// A recording as the data of record_call and record_caller describe it.
#pragma once

#include "base/json.hpp"
#include "execute/modules/module.hpp"

namespace pivot::execute::modules {

Recording recording_of(const Work& work, json::Value data);

}  // namespace pivot::execute::modules
