// What an operator or a host may add to the headers of a request.
#pragma once

#include <string_view>

namespace pivot::http {

// A token (RFC 9110, section 5.6.2).
bool is_header_name(std::string_view text);

// Why requests may not have this header in addition to their own: a sentence without a full stop.
// Empty if they may.
std::string_view objection_to_header(std::string_view name, std::string_view value);

}  // namespace pivot::http
