// Reads when a certificate expires.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace pivot::net {

// Unix time in seconds, for the first certificate of a PEM file, which is the server's own. Returns
// nothing if it cannot be read.
std::optional<std::int64_t> expiry_unix_s(const std::string& file);

}  // namespace pivot::net
