// Names, compared where that is done for every member of every object.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace pivot::inline base {

// Whether both ends of two texts of this size, at least that of a word, are the same.
template <typename Word>
bool has_same_ends(const char* a, const char* b, std::size_t size)
{
    const auto load = [](const char* from) {
        Word word = 0;
        std::memcpy(&word, from, sizeof word);
        return word;
    };
    const std::size_t last = size - sizeof(Word);
    return load(a) == load(b) && load(a + last) == load(b + last);
}

// Most names are short, so a call of memcmp() would cost more than what it compares.
constexpr bool is_same_name(std::string_view a, std::string_view b)
{
    const std::size_t size = a.size();
    if (size != b.size()) return false;
    if (std::is_constant_evaluated() || size > 16 || size < 4) return a == b;
    return size >= 8 ? has_same_ends<std::uint64_t>(a.data(), b.data(), size)
                     : has_same_ends<std::uint32_t>(a.data(), b.data(), size);
}

}  // namespace pivot::inline base
