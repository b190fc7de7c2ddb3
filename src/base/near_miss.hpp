// Which word was meant by one that nobody knows.
#pragma once

#include <span>
#include <string_view>

namespace pivot {

// The one of `known` that is few letters away; none: empty.
std::string_view near_miss(std::string_view word, std::span<const std::string_view> known);

}  // namespace pivot
