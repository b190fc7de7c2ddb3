// A tone in a callflow.
#pragma once

#include "execute/modules/module.hpp"

namespace pivot::execute::modules {

bool has_frequencies(json::Value tone);

// A tone has two frequencies at most, and the switch's own volume: of others it warns. Empty, with
// a warning, if a switch could not play it.
Media tone_of(const Work& work, json::Value tone);

}  // namespace pivot::execute::modules
