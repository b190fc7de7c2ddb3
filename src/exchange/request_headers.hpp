// Headers that a host, an action or a node adds to its requests.
#pragma once

#include <pivot/engine.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pivot::exchange {

// As one text, a line for each: `Name: value`.
using Headers = std::vector<std::pair<std::string, std::string>>;
std::string pack_headers(const Headers& headers);
std::vector<std::string> unpack_headers(std::string_view packed);

// Fails with bad_action if one of them cannot be sent.
Result<void> check_headers(const pivot::Request& request);

}  // namespace pivot::exchange
