// The caller id that callees and web servers see.
#pragma once

#include "base/json.hpp"
#include "execute/modules/module.hpp"

namespace pivot::execute::modules {

// Reads `name` and `number`.
CallerId caller_id_of(json::Value data);

// Shows this caller id to later callees, and in later requests.
void take_caller_id(const Work& work, const CallerId& caller_id);

// Gives a dial the caller id that its callees see: the call's own unless a module has changed it.
void show_caller_id(const Work& work, Dial& dial);

}  // namespace pivot::execute::modules
