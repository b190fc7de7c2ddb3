#include "pivot/pretty.hpp"

#include "base/text.hpp"

namespace pivot::tools {

namespace {

void append_line(std::string& out, std::size_t depth)
{
    out += '\n';
    out.append(2 * depth, ' ');
}

}  // namespace

std::string pretty(std::string_view json)
{
    std::string out;
    std::size_t depth = 0;
    bool is_inside = false;  // of a string
    bool is_empty = false;   // the container that was opened last, so far
    for (std::size_t at = 0; at < json.size(); ++at) {
        const char c = json[at];
        if (is_inside) {
            out += c;
            if (c == '\\' && at + 1 < json.size()) out += json[++at];
            is_inside = c != '"';
            continue;
        }
        if (is_blank(c)) continue;
        if (c == '}' || c == ']') {
            if (depth > 0) --depth;
            if (!is_empty) append_line(out, depth);
        } else if (is_empty) {
            append_line(out, depth);
        }
        is_empty = c == '{' || c == '[';
        is_inside = c == '"';
        out += c;
        if (is_empty) ++depth;
        if (c == ',') append_line(out, depth);
        if (c == ':') out += ' ';
    }
    return out;
}

}  // namespace pivot::tools
