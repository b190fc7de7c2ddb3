// Something is played or said until it ends, or a key ends it.
#pragma once

#include "execute/live_call.hpp"

namespace pivot::execute::jobs {

struct PlaybackResult {
    char key = 0;  // that ended it; it stays among the call's keys
    bool has_failed = false;
    std::string why;  // of a failure, as the switch tells it
};

// To the call's leg. It ends early at one of `stop_keys` of that leg, and when the call must stop.
Task<PlaybackResult> play(LiveCall& call, Media media, std::string_view stop_keys,
                          Deadline& deadline);
Task<PlaybackResult> say(LiveCall& call, Speech speech, std::string_view stop_keys,
                         Deadline& deadline);

// As the other side hears them.
Task<PlaybackResult> send_keys(LiveCall& call, KeySequence keys, milliseconds key_length,
                               Deadline& deadline);

}  // namespace pivot::execute::jobs
