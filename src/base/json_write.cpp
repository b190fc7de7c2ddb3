#include "base/json.hpp"

#include <fmt/format.h>

namespace pivot::json {

namespace {

void append_escape(std::string& out, char c)
{
    switch (c) {
        case '"': out += "\\\""; break;
        case '\\': out += "\\\\"; break;
        case '\b': out += "\\b"; break;
        case '\f': out += "\\f"; break;
        case '\n': out += "\\n"; break;
        case '\r': out += "\\r"; break;
        case '\t': out += "\\t"; break;
        default: fmt::format_to(std::back_inserter(out), "\\u{:04x}", c);
    }
}

void append_line(std::string& out, std::size_t depth)
{
    out += '\n';
    out.append(2 * depth, ' ');
}

}  // namespace

void append_quoted(std::string& out, std::string_view text)
{
    out += '"';
    std::size_t start = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\') continue;
        out.append(text, start, at - start);
        append_escape(out, c);
        start = at + 1;
    }
    out.append(text, start);
    out += '"';
}

void append_value(std::string& out, Value value)
{
    // Not a recursion, because a document may be deeper than a host's stack: each entry knows its
    // container, so that a container is closed behind its last entry.
    bool is_name = false;
    for (const Entry* entry = value.begin(); entry != value.end(); ++entry) {
        const bool is_container = entry->kind == Kind::array || entry->kind == Kind::object;
        const bool is_opened = is_container && entry->span > 1;
        is_name =
            !is_name && entry != value.begin() && (entry - entry->parent)->kind == Kind::object;
        if (entry->kind == Kind::object) {
            out += '{';
        } else if (entry->kind == Kind::array) {
            out += '[';
        } else if (entry->kind == Kind::string) {
            append_quoted(out, Value(entry).text());
        } else {
            out += Value(entry).text();
        }
        if (is_name) {
            out += ':';
            continue;
        }
        if (is_opened) continue;

        const Entry* last = entry;
        if (is_container) out += entry->kind == Kind::object ? '}' : ']';
        while (last != value.begin()) {
            const Entry* const container = last - last->parent;
            if (container->span + container != entry + 1) break;
            out += container->kind == Kind::object ? '}' : ']';
            last = container;
        }
        if (last != value.begin()) out += ',';
    }
}

void append_pointer(std::string& pointer, std::string_view token)
{
    pointer += '/';
    for (const char c : token) {
        if (c == '~') {
            pointer += "~0";
        } else if (c == '/') {
            pointer += "~1";
        } else {
            pointer += c;
        }
    }
}

std::string pretty(std::string_view json)
{
    std::string out;
    std::size_t depth = 0;
    bool is_inside = false;  // a string
    bool is_empty = false;   // the container that was just opened, as far as is known
    for (std::size_t at = 0; at < json.size(); ++at) {
        const char c = json[at];
        if (is_inside) {
            out += c;
            if (c == '\\' && at + 1 < json.size()) out += json[++at];
            is_inside = c != '"';
            continue;
        }
        if (c == ' ' || c == '\n' || c == '\r' || c == '\t') continue;
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

}  // namespace pivot::json
