// A name that nothing else has: 128 random bits in hexadecimal.
#pragma once

#include <string>

namespace pivot {

std::string random_id();

}  // namespace pivot
