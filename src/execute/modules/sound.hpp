// What a caller hears in a callflow: a sound or speech, as often as a node says.
#pragma once

#include "execute/jobs/playback.hpp"
#include "execute/modules/module.hpp"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace pivot::execute::modules {

// Something to hear once, several times, or until somebody stops it.
struct Sound {
    std::variant<Media, Speech> what;
    std::string stop_keys;
    std::int64_t times = 1;
    bool is_endless = false;
};

// `preset` is the node's own, for all of its sounds; without one, the call's.
LanguageTag language_of(const Work& work, json::Value data, std::string_view preset);

Sound sound_of(json::Value data, std::string_view stop_keys);

Sound speech_of(const Work& work, json::Value data, std::string_view language,
                std::string_view stop_keys);

// Keys that are pressed meanwhile are added to the collection `default`, and stay typed ahead.
Task<jobs::PlaybackResult> hear(Work work, Sound sound, Deadline& deadline);

// A prompt that any key stops.
Task<jobs::PlaybackResult> hear_prompt(Work work, Media media, Deadline& deadline);

Task<ModuleEnd> hear_all(Work work, std::vector<Sound> sounds, bool answers, Deadline& deadline);

}  // namespace pivot::execute::modules
