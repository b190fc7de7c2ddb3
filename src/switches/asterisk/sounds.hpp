// ARI's URIs for sounds: `sound:/var/cache/pivot/a1b2`, `tone:425/1000,0/4000`.
#pragma once

#include "switches/asterisk/switchboard.hpp"

#include <pivot/command.hpp>

#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace pivot::switches::asterisk {

// The error is a sentence. Music on hold has no URI.
tl::expected<std::string, std::string> sound_uri(const Media& media,
                                                 const SwitchSettings& settings);

// The path at which Asterisk finds one of the engine's files: in the folder as it sees it, without
// an extension.
std::string sound_path(std::string_view file, const SwitchSettings& settings);

}  // namespace pivot::switches::asterisk
