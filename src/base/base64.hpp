// Base64 (RFC 4648, section 4), padded.
#pragma once

#include <string>
#include <string_view>

namespace pivot::inline base {

void append_base64(std::string& out, std::string_view bytes);

}  // namespace pivot::inline base
