// The headers that a host wants with the requests of one call.
#pragma once

#include <pivot/engine.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace pivot::exchange {

// As one text, a line for each: `Name: value`.
std::string pack_headers(const pivot::Request& request);
std::vector<std::string> unpack_headers(std::string_view packed);

// Fails with bad_action if one of them cannot be sent.
Result<void> check_headers(const pivot::Request& request);

}  // namespace pivot::exchange
