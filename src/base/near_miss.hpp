// Did you mean …? Finds the known word that an unknown one was probably meant to be.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace pivot::inline base {

// The word of `known` that is only a letter or two away, or an empty one.
std::string_view near_miss(std::string_view word, std::span<const std::string_view> known);

}  // namespace pivot::inline base
