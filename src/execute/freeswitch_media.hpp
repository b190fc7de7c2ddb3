// Tones and hold music in FreeSWITCH's words, which documents and flows use, as a channel takes
// them:
//
//     tone_stream://%(500,100,440,480);loops=3 ─► the tone 500,100,440+480, three times
//     local_stream://jazz                      ─► the hold music `jazz`
//     local_stream://default                   ─► the switch's own hold music
#pragma once

#include <pivot/command.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace pivot::execute {

struct FreeswitchMedia {
    Media media;       // empty: it cannot be read
    std::string flaw;  // `only its first tone is played`; empty: it is played as it is written
};

// Returns nothing if the name is of another kind.
std::optional<FreeswitchMedia> read_freeswitch_media(std::string_view name);

}  // namespace pivot::execute
