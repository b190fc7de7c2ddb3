// How long it takes to hear something. The same each time, and about as long as on a real call.
#pragma once

#include "base/clock.hpp"
#include "execute/order.hpp"

#include <string_view>

namespace pivot::switches::scripted {

using execute::milliseconds;

// Longer than any call.
inline constexpr milliseconds endless = milliseconds::max();

inline constexpr milliseconds media_length{3'000};  // of a file or a prompt

// 180 words a minute, a second at least.
milliseconds length_of_speech(std::string_view words);

// Tones and silence as they say, `local_stream://` has no end, all else media_length.
milliseconds length_of(const execute::Media& media);

// Of keys and the pauses between them.
milliseconds length_of_keys(std::string_view keys, milliseconds key_length);

// `3 s`, `2.5 s`, `1 min 30 s`.
std::string shown(milliseconds time);

}  // namespace pivot::switches::scripted
