#include "switches/scripted/duration.hpp"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

namespace pivot::switches::scripted {

namespace {

constexpr std::chrono::milliseconds speech_length_min{1'000};
constexpr std::chrono::milliseconds media_length_max{3'600'000};

}  // namespace

std::chrono::milliseconds length_of_speech(std::string_view words)
{
    constexpr std::int64_t words_a_minute = 180;
    std::int64_t count = 0;
    bool is_in_word = false;
    for (const char c : words) {
        const bool is_blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
        if (!is_blank && !is_in_word) ++count;
        is_in_word = !is_blank;
    }
    return std::max(speech_length_min, std::chrono::milliseconds(count * 60'000 / words_a_minute));
}

std::chrono::milliseconds length_of(const Media& media)
{
    if (media.loops() == 0) return endless;
    const bool is_tone = media.kind() == Media::Kind::tone;
    const milliseconds once = is_tone ? media.tone().length() : media_length;
    return once * std::min<std::int64_t>(media.loops(), media_length_max / once);
}

std::chrono::milliseconds length_of_keys(std::string_view keys,
                                         std::chrono::milliseconds key_length)
{
    std::chrono::milliseconds length{0};
    for (const char key : keys) {
        if (key == 'w') {
            length += std::chrono::milliseconds(500);
        } else if (key == 'W') {
            length += std::chrono::milliseconds(1'000);
        } else {
            length += key_length;
        }
    }
    return length;
}

std::string shown(std::chrono::milliseconds time)
{
    const std::int64_t minutes = time.count() / 60'000;
    const std::int64_t rest_ms = time.count() % 60'000;
    const std::string seconds = fmt::format("{:g} s", static_cast<double>(rest_ms) / 1'000);
    if (minutes == 0) return seconds;
    return rest_ms == 0 ? fmt::format("{} min", minutes)
                        : fmt::format("{} min {}", minutes, seconds);
}

}  // namespace pivot::switches::scripted
