// The caller id that callees and web servers see.
#pragma once

#include "base/json.hpp"
#include "execute/modules/module.hpp"

namespace pivot::execute::modules {

CallerId caller_id_of(json::Value data);

// Of those who come now, and in later requests.
void take_caller_id(const Work& work, const CallerId& caller_id);

// The caller id that callees see: the call's own, where nobody has changed it.
void show_caller_id(const Work& work, Dial& dial);

}  // namespace pivot::execute::modules
