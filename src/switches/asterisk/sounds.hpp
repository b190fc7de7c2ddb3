// ARI's URIs for sounds: `sound:/var/cache/pivot/a1b2`, `tone:425/1000,0/4000`.
#pragma once

#include "switches/asterisk/switchboard.hpp"

#include <pivot/channel.hpp>
#include <pivot/command.hpp>

#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace pivot::switches::asterisk {

// The error is a sentence. Music on hold has no URI.
tl::expected<std::string, std::string> sound_uri(const Media& media,
                                                 const SwitchSettings& settings);

// Holds the formats in which a channel sends its audio, the likeliest first: `(g722|alaw)`.
inline constexpr std::string_view formats_variable = "CHANNEL(audionativeformat)";

// Whether a channel with these formats, which may be empty, plays sounds of 16 kHz best.
bool is_wideband(std::string_view formats);

// By this ending Asterisk knows WAV files of 16 kHz. It plays them to other channels, too.
inline constexpr SoundForm wideband_form = {.rate_hz = 16'000, .ending = ".wav16"};

// The path at which Asterisk finds one of the engine's files: in the folder as it sees it, without
// an extension.
std::string sound_path(std::string_view file, const SwitchSettings& settings);

}  // namespace pivot::switches::asterisk
