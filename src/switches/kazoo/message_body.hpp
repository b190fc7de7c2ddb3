// Reads the body of a message, which may be compressed.
#pragma once

#include "switches/kazoo/bus.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace pivot::switches::kazoo {

// Longer ones are not read.
inline constexpr std::size_t body_bytes_max = 4 * 1024 * 1024;

// An unreadable gzip stream yields an empty body. A body that is not UTF-8 is read as Latin-1, as
// in KAZOO: names come from telephones as they are. The first leaves the text in the delivery, and
// the second takes it out of the message.
std::string_view decode_body(Delivery& delivery);
std::string take_body(Heard& heard);

}  // namespace pivot::switches::kazoo
