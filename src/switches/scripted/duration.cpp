#include "switches/scripted/duration.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include <fmt/format.h>

namespace pivot::switches::scripted {

namespace {

constexpr std::chrono::milliseconds speech_length_min{1'000};
constexpr std::chrono::milliseconds tones_length_max{3'600'000};
constexpr std::chrono::milliseconds silence_length_min{
    20};  // a packet: what is repeated for ever takes time

// -1: there is no number.
std::int64_t number_at(std::string_view text)
{
    std::int64_t number = -1;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

// The length of `%(on_ms,off_ms,hz,…);%(…);loops=n`.
std::chrono::milliseconds length_of_tones(std::string_view tones)
{
    std::int64_t length_ms = 0;
    std::string_view rest = tones;
    while (true) {
        const std::size_t begin = rest.find("%(");
        if (begin == rest.npos) break;
        rest.remove_prefix(begin + 2);
        length_ms += std::max<std::int64_t>(number_at(rest), 0);
        const std::size_t comma = rest.find(',');
        if (comma == rest.npos) break;
        rest.remove_prefix(comma + 1);
        length_ms += std::max<std::int64_t>(number_at(rest), 0);
        length_ms = std::min(length_ms, tones_length_max.count());
    }
    if (length_ms == 0) return media_length;
    constexpr std::string_view loops = "loops=";
    const std::size_t place = tones.find(loops);
    if (place == tones.npos) return std::chrono::milliseconds(length_ms);
    const std::int64_t times = number_at(tones.substr(place + loops.size()));
    if (times < 0) return endless;
    const std::int64_t times_max = tones_length_max.count() / length_ms;
    return std::chrono::milliseconds(length_ms * std::clamp<std::int64_t>(times, 1, times_max));
}

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
    if (media.kind() == Media::Kind::tone) return length_of_tones(media.what());
    constexpr std::string_view silence = "silence_stream://";
    const std::string_view what = media.what();
    if (what.starts_with("local_stream://")) return endless;
    if (what.starts_with("tone_stream://")) return length_of_tones(what);
    if (!what.starts_with(silence)) return media_length;
    const std::int64_t length_ms = number_at(what.substr(silence.size()));
    return length_ms < 0 ? endless
                         : std::clamp(std::chrono::milliseconds(length_ms), silence_length_min,
                                      tones_length_max);
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
