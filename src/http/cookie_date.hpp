// The dates of cookies, in any order and spelling (RFC 6265, section 5.1.1).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace pivot::http {

// Returns seconds of Unix time, or nothing if the text is not a date or the day does not exist.
std::optional<std::int64_t> read_cookie_date(std::string_view text);

}  // namespace pivot::http
