// How long it takes to hear something. The same each time, and about as long as on a real call.
#pragma once

#include "base/clock.hpp"

#include <pivot/command.hpp>

#include <string_view>

namespace pivot::switches::scripted {

using std::chrono::milliseconds;

// Longer than any call.
inline constexpr std::chrono::milliseconds endless = std::chrono::milliseconds::max();

inline constexpr std::chrono::milliseconds media_length{3'000};  // of a file or a prompt

// 180 words a minute, a second at least.
std::chrono::milliseconds length_of_speech(std::string_view words);

// A tone as it says, all else media_length, and as often as it is played.
std::chrono::milliseconds length_of(const Media& media);

// The length of keys and the pauses between them.
std::chrono::milliseconds length_of_keys(std::string_view keys,
                                         std::chrono::milliseconds key_length);

// `3 s`, `2.5 s`, `1 min 30 s`.
std::string shown(std::chrono::milliseconds time);

}  // namespace pivot::switches::scripted
