// The words of a script's line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace pivot::switches::scripted {

// What stands between blanks, or in quotes.
struct Word {
    std::string text;
    bool is_quoted = false;
};

// Without the comment. The error is a sentence.
tl::expected<std::vector<Word>, std::string> words_of(std::string_view line);

}  // namespace pivot::switches::scripted
