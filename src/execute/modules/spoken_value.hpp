// How a value is spoken: letter by letter, as a number, as a date.
#pragma once

#include <pivot/command.hpp>

#include <string_view>

namespace pivot::execute::modules {

// `type` and `method` are those of `say` in audio_macro: `name_spelled`, `telephone_number`, …;
// `pronounced`, `iterated`, `counted`.
Speech spoken_value(std::string_view text, std::string_view type, std::string_view method);

}  // namespace pivot::execute::modules
