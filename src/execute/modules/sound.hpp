// A sound or speech in a callflow: how often a caller hears it, and which keys stop it.
#pragma once

#include "execute/jobs/playback.hpp"
#include "execute/modules/module.hpp"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace pivot::execute::modules {

struct Sound {
    std::variant<Media, Speech> what;
    std::string stop_keys;
    std::int64_t times = 1;
    bool is_endless = false;
};

// The language of the data, else `preset`, which is the node's, else the call's.
LanguageTag language_of(const Work& work, json::Value data, std::string_view preset);

// Reads how often to play and the keys that stop it; `what` is left empty.
Sound sound_of(json::Value data, std::string_view stop_keys);

// Reads the text, the voice, the language and the engine, too.
Sound speech_of(const Work& work, json::Value data, std::string_view language,
                std::string_view stop_keys);

// Keys that the caller presses meanwhile are added to the collection `default`, and stay typed
// ahead.
Task<jobs::PlaybackResult> hear(Work work, Sound sound, Deadline& deadline);

// Plays a prompt, which any key stops.
Task<jobs::PlaybackResult> hear_prompt(Work work, Media media, Deadline& deadline);

// Plays the sounds in order until a key stops one. If `answers`, the call is answered first.
Task<ModuleEnd> hear_all(Work work, std::vector<Sound> sounds, bool answers, Deadline& deadline);

}  // namespace pivot::execute::modules
