// Which word was meant by one that nobody knows.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace pivot {

// Letters to insert, to drop or to replace to make one of the other, whatever their case
// (Levenshtein's distance).
std::size_t edit_distance(std::string_view a, std::string_view b);

// The one of `known` that is few letters away; empty: there is none.
std::string_view near_miss(std::string_view word, std::span<const std::string_view> known);

}  // namespace pivot
