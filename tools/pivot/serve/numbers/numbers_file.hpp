// Called numbers and their actions in a file of their own, which may have tens of thousands:
//
//     # a comment
//     +493012345,sales
//     +4940*,https://voice.example.com/hamburg
#pragma once

#include "pivot/serve/numbers/actions.hpp"

#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace pivot::tools {

// Adds the numbers in the text of a file. The error names the line: `12: …`.
tl::expected<void, std::string> add_numbers(std::string_view text, Actions& actions);

}  // namespace pivot::tools
