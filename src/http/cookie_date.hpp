// The dates of cookies, in whatever order and spelling (RFC 6265, section 5.1.1).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace pivot::http {

// Seconds of Unix time. None: the text is no date, or of a day that does not exist.
std::optional<std::int64_t> read_cookie_date(std::string_view text);

}  // namespace pivot::http
