// The fields of what the admin socket answers. One that is not there is empty.
#pragma once

#include "base/json.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace pivot::tools {

// A string, or another value as it is written in JSON.
std::string text_of(json::Value object, std::string_view name);

std::int64_t number_of(json::Value object, std::string_view name);
bool is_true(json::Value object, std::string_view name);

}  // namespace pivot::tools
