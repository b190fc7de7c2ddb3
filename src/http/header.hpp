// Header lines: which ones an operator or a host may add, and how to read them.
#pragma once

#include <string_view>
#include <vector>

namespace pivot::http {

// A token (RFC 9110, section 5.6.2).
bool is_header_name(std::string_view text);

// Why requests may not have this header in addition to their own: a sentence without a full stop.
// Empty if they may.
std::string_view objection_to_header(std::string_view name, std::string_view value);

// The values of the headers with this name, in order. `lines` are `Name: value` and CRLF each.
std::vector<std::string_view> values_of(std::string_view lines, std::string_view name);

// Whether one of these values has an element of this name (RFC 9110, section 5.6.1). Ignores case.
bool has_element(const std::vector<std::string_view>& values, std::string_view name);

}  // namespace pivot::http
