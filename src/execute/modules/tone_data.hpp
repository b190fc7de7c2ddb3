// A tone in a callflow.
#pragma once

#include "execute/modules/module.hpp"

namespace pivot::execute::modules {

bool has_frequencies(json::Value tone);

// Tones have at most two frequencies and no volume of their own: warns of more. Returns an empty
// one, with a warning, if a switch could not play it.
Media tone_of(const Work& work, json::Value tone);

}  // namespace pivot::execute::modules
