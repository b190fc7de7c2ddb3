#include "switches/scripted/script_words.hpp"

#include <cstddef>

namespace pivot::switches::scripted {

namespace {

// A line of its own, or after a step with blanks around it. A `#` that is pressed is a key.
bool begins_comment(std::string_view line, std::size_t at, const std::vector<Word>& before)
{
    if (before.empty()) return true;
    if (before.back().text == "press" && !before.back().is_quoted) return false;
    const bool ends_word = at + 1 == line.size() || line[at + 1] == ' ' || line[at + 1] == '\t';
    return ends_word && (line[at - 1] == ' ' || line[at - 1] == '\t');
}

// Where the word that begins at `at` ends: at a blank, or at quotes. A single
// quote is an apostrophe unless it comes right after `=`.
std::size_t end_of_word(std::string_view line, std::size_t at)
{
    while (at < line.size() && line[at] != ' ' && line[at] != '\t' && line[at] != '"') {
        const bool opens_quote = line[at] == '=' && at + 1 < line.size() && line[at + 1] == '\'';
        ++at;
        if (opens_quote) break;
    }
    return at;
}

}  // namespace

tl::expected<std::vector<Word>, std::string> words_of(std::string_view line)
{
    std::vector<Word> words;
    std::size_t at = 0;
    while (at < line.size()) {
        const char c = line[at];
        if (c == ' ' || c == '\t') {
            ++at;
        } else if (c == '#' && begins_comment(line, at, words)) {
            break;
        } else if (c == '"' || c == '\'') {
            const std::size_t end = line.find(c, at + 1);
            if (end == line.npos)
                return tl::unexpected<std::string>("a quote is not closed: write \"words\"");
            words.push_back({std::string(line.substr(at + 1, end - at - 1)), true});
            at = end + 1;
        } else {
            const std::size_t end = end_of_word(line, at);
            words.push_back({std::string(line.substr(at, end - at)), false});
            at = end;
        }
    }
    return words;
}

}  // namespace pivot::switches::scripted
