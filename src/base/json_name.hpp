// A name as numbers, so that names are compared and spread without a loop over their bytes.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pivot::json {

template <typename Word>
constexpr Word load(const char* bytes)
{
    std::array<char, sizeof(Word)> word{};
    std::copy_n(bytes, sizeof(Word), word.begin());
    return std::bit_cast<Word>(word);
}

// Names of at most 16 bytes are equal where their spellings are.
//
//     "id"  head  i d d      tail  -        "time_limit"  head  t i m e _ l i m   tail  m e _ l i m
//     i t
class Spelling {
public:
    constexpr explicit Spelling(std::string_view name) : size_(name.size())
    {
        const char* const end = name.data() + name.size();
        if (name.size() >= 8) {
            head_ = load<std::uint64_t>(name.data());
            tail_ = load<std::uint64_t>(end - 8);
        } else if (name.size() >= 4) {
            head_ = load<std::uint32_t>(name.data());
            tail_ = load<std::uint32_t>(end - 4);
        } else if (!name.empty()) {
            head_ = load<std::uint8_t>(name.data());
            head_ |= std::uint64_t{load<std::uint8_t>(name.data() + name.size() / 2)} << 8;
            tail_ = load<std::uint8_t>(end - 1);
        }
    }

    constexpr bool operator==(const Spelling& other) const = default;

    // Are names with equal spellings equal?
    constexpr bool is_whole() const { return size_ <= 16; }

    // Spread over all its bits.
    constexpr std::uint64_t hash() const
    {
        constexpr std::uint64_t odd = 0x9E3779B97F4A7C15;  // 2^64 divided by the golden ratio
        const std::uint64_t mixed = (head_ ^ std::rotl(tail_, 23) ^ size_) * odd;
        return (mixed ^ (mixed >> 32)) * odd;
    }

private:
    std::uint64_t head_ = 0;
    std::uint64_t tail_ = 0;
    std::uint64_t size_;
};

}  // namespace pivot::json
