#include "base/near_miss.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace pivot::inline base {

namespace {

// A longer word is not a slip of the finger.
constexpr std::size_t size_max = 32;

// The number of letters to insert, remove or replace to turn one word into the other, regardless of
// case (Levenshtein distance).
std::size_t edit_distance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (lower(a[i]) == lower(b[j]) ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
        }
    }
    return row.back();
}

}  // namespace

std::string_view near_miss(std::string_view word, std::span<const std::string_view> known)
{
    std::string_view nearest;
    std::size_t least = word.size() < 4 ? 2 : 3;  // fewer than this
    if (word.empty() || word.size() > size_max) return nearest;
    for (const std::string_view candidate : known) {
        const auto [shorter, longer] = std::minmax({word.size(), candidate.size()});
        if (longer - shorter >= least) continue;  // at least this many letters are missing
        const std::size_t far = edit_distance(word, candidate);
        if (far >= least || far >= candidate.size()) continue;
        least = far;
        nearest = candidate;
    }
    return nearest;
}

}  // namespace pivot::inline base
