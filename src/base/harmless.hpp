// Makes untrusted text safe for a terminal, a log or a pipe.
#pragma once

#include <string>
#include <string_view>

namespace pivot::inline base {

// Returns one line of UTF-8 that neither breaks nor controls the terminal: control characters, C1
// controls and marks that change the writing direction become escapes such as `\u001b`, line breaks
// and tabs become spaces, and bytes that belong to no character become U+FFFD.
std::string harmless(std::string_view text);

// The same for a text of several lines, which keeps its line feeds. The value of JSON stays the
// same.
std::string harmless_lines(std::string_view text);

}  // namespace pivot::inline base
