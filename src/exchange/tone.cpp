#include <pivot/tone.hpp>

#include "base/text.hpp"

#include <charconv>
#include <cstdint>

#include <fmt/format.h>

namespace pivot::inline v1 {

namespace {

constexpr std::uint32_t ms_max = 3'600'000;
constexpr std::uint32_t hertz_max = 20'000;

// Digits alone, and no more than `number_max`.
bool read(std::string_view text, std::uint32_t number_max, std::uint32_t& number)
{
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    return read.ec == std::errc() && read.ptr == end && number <= number_max;
}

}  // namespace

Tone Tone::of(std::string_view text)
{
    std::string_view frequencies = text;
    const std::string_view on_text = take_until(frequencies, ',');
    const std::string_view off_text = take_until(frequencies, ',');
    const bool has_two = frequencies.find('+') != frequencies.npos;
    const std::string_view first = take_until(frequencies, '+');
    std::uint32_t on = 0;
    std::uint32_t off = 0;
    Tone tone;
    const bool is_tone = read(on_text, ms_max, on) && read(off_text, ms_max, off) &&
                         read(first, hertz_max, tone.hertz) && on > 0 && tone.hertz > 0;
    const bool is_pair =
        has_two && read(frequencies, hertz_max, tone.second_hertz) && tone.second_hertz > 0;
    if (!is_tone || is_pair != has_two) return {};
    tone.on = std::chrono::milliseconds(on);
    tone.off = std::chrono::milliseconds(off);
    return tone;
}

std::string Tone::text() const
{
    const std::string first = fmt::format("{},{},{}", on.count(), off.count(), hertz);
    return second_hertz == 0 ? first : fmt::format("{}+{}", first, second_hertz);
}

}  // namespace pivot::inline v1
