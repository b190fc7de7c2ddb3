// The code in a link that makes it one that nobody can guess. Pure.
#pragma once

#include <string>
#include <string_view>

namespace pivot::inline base {

// The first 128 bits of the HMAC-SHA256 of a text, in lower-case hexadecimal.
std::string link_mac(std::string_view text, std::string_view key);

// Whether `mac` is that code, in a time that does not depend on where they differ. An empty key
// makes none.
bool is_link_mac(std::string_view mac, std::string_view text, std::string_view key);

}  // namespace pivot::inline base
