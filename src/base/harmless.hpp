// Text from others as a terminal, a log or a pipe may take it.
#pragma once

#include <string>
#include <string_view>

namespace pivot {

// One line of UTF-8 that neither ends early nor commands the terminal: control characters, C1
// controls and marks that turn the direction of writing become `\u001b`, line breaks and tabs
// become blanks, and bytes that belong to no character become U+FFFD.
std::string harmless(std::string_view text);

// The same for a text of several lines, which keeps its line feeds. JSON stays the same JSON.
std::string harmless_lines(std::string_view text);

}  // namespace pivot
