// The names that callflows have for sounds, and the language in which callers hear them.
#pragma once

#include "execute/modules/module.hpp"

#include <string_view>

namespace pivot::execute::modules {

// Takes an id of the directory, a URL, the name of a sound, `tone_stream://…`, `local_stream://…`,
// `prompt://…` or `system_media/…`. Returns empty media, with a warning, for any other text.
Media media_named(const Work& work, std::string_view name);

// The same of what a caller hears while others ring: it is played until it is stopped. Empty if the
// name is.
Media ringback_named(const Work& work, std::string_view name);

// A stock prompt, in the call's language.
Media prompt(const Work& work, std::string_view name);

// The language of prompts and speech unless a node names another. Empty if the call came without a
// valid one.
LanguageTag call_language(const Work& work);

}  // namespace pivot::execute::modules
