// A unique name: 128 random bits in hexadecimal.
#pragma once

#include <string>

namespace pivot::inline base {

std::string random_id();

}  // namespace pivot::inline base
