// What a caller hears in a callflow, by the names that callflows have for it.
#pragma once

#include "execute/modules/module.hpp"
#include "execute/playing.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace pivot::execute::modules {

// A media id of the directory, a URL, the name of a sound, `tone_stream://…`, `local_stream://…`,
// `prompt://…`, `system_media/…`. Nothing, with a warning, where it is none of these.
Media media_named(const Work& work, std::string_view name);

// One of the system's own, in the call's language.
Media prompt(const Work& work, std::string_view name);

// The call's own, in which prompts and speech are heard unless something else is said.
LanguageTag call_language(const Work& work);

// Something to hear once, several times, or until somebody stops it.
struct Sound {
    std::variant<Media, Speech> what;
    std::string stop_keys;
    std::int64_t times = 1;
    bool is_endless = false;
};

// Keys that are pressed meanwhile are added to the collection `default`, and stay typed ahead.
Task<Heard> hear(Work work, Sound sound, Deadline& deadline);

// A prompt that any key stops.
Task<Heard> hear_prompt(Work work, Media media, Deadline& deadline);

}  // namespace pivot::execute::modules
