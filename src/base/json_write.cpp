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

const Entry* parent_of(const Entry* entry)
{
    return entry - entry->parent;
}

void append_start(std::string& out, const Entry& entry)
{
    switch (entry.kind) {
        case Kind::object: out += '{'; break;
        case Kind::array: out += '['; break;
        case Kind::string: append_quoted(out, {entry.text, entry.size_bytes}); break;
        case Kind::null:
        case Kind::boolean:
        case Kind::integer:
        case Kind::decimal: out.append(entry.text, entry.size_bytes); break;
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
    bool is_value_of_member = false;
    for (const Entry* entry = value.begin(); entry != value.end();) {
        const bool is_inside = entry != value.begin();
        const bool is_name =
            is_inside && !is_value_of_member && parent_of(entry)->kind == Kind::object;
        if (is_name && entry->is_replaced) {  // not the last of its object: nothing ends here
            entry += 1 + entry[1].span;
            continue;
        }
        if (is_inside && !is_value_of_member && out.back() != '{' && out.back() != '[') out += ',';
        is_value_of_member = is_name;
        append_start(out, *entry);
        if (is_name) out += ':';
        const Entry* const next = entry + 1;
        while (!is_name && entry + entry->span == next) {
            if (entry->kind == Kind::object) out += '}';
            if (entry->kind == Kind::array) out += ']';
            if (entry == value.begin()) break;
            entry = parent_of(entry);
        }
        entry = next;
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
