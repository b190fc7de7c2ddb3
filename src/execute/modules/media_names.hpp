// The names that callflows have for sounds, and the language in which callers hear them.
#pragma once

#include "execute/modules/module.hpp"

#include <string_view>

namespace pivot::execute::modules {

// A media id of the directory, a URL, the name of a sound, `tone_stream://…`, `local_stream://…`,
// `prompt://…`, `system_media/…`. Nothing, with a warning, where it is none of these.
Media media_named(const Work& work, std::string_view name);

// One of the system's own, in the call's language.
Media prompt(const Work& work, std::string_view name);

// The call's own, in which prompts and speech are heard unless something else is said.
LanguageTag call_language(const Work& work);

}  // namespace pivot::execute::modules
