// JSON for people.
#pragma once

#include <string>
#include <string_view>

namespace pivot::tools {

// The same JSON with a line for each member and element, indented by two spaces for each container
// around it.
std::string pretty(std::string_view json);

}  // namespace pivot::tools
