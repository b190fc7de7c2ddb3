// The Call object of a request whose values have other types than they should.
#pragma once

#include "base/json.hpp"

#include <string>

namespace pivot::switches::kazoo {

// The same call as KAZOO would read it (kapps_call:from_json), in JSON that `Call` can be read
// from: a number or a boolean in the place of a text is that text, and any other value of a wrong
// type is left out.
std::string call_object_of_right_types(json::Value call);

}  // namespace pivot::switches::kazoo
