// A line of a script: words, and the step that they make.
#pragma once

#include "switches/scripted/script.hpp"

#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace pivot::switches::scripted {

// Holds no step for a blank line or a comment. The error is a sentence: what is wrong, what to do.
tl::expected<std::optional<Step>, std::string> read_script_line(std::string_view line);

}  // namespace pivot::switches::scripted
