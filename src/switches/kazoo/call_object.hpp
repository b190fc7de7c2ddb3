// The Call object of a request.
#pragma once

#include "base/json.hpp"
#include "switches/kazoo/call_line.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace pivot::switches::kazoo {

// The same call as KAZOO would read it (kapps_call:from_json), in JSON that `Call` can be read
// from: a number or a boolean in the place of a text is that text, and any other value of a wrong
// type is left out.
std::string call_object_of_right_types(json::Value call);

// What the call's commands need to know, without our node's name. `call_object` is the JSON of a
// request that has been read.
CallIdentity identity_of(std::string call_object);

// KAZOO takes null for an absent member.
std::optional<json::Value> present_member(json::Value object, std::string_view name);

// A value of the call as text, which a number or a boolean is, too.
std::string_view scalar_of(json::Value call, std::string_view name);

}  // namespace pivot::switches::kazoo
