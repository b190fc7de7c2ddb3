#include "base/harmless.hpp"

#include "base/utf8.hpp"

#include <cstddef>
#include <cstdint>

#include <fmt/format.h>

namespace pivot::inline base {

namespace {

bool commands_terminal(std::uint32_t code)
{
    const bool is_control = code < 0x20 || (code >= 0x7F && code < 0xA0);
    const bool breaks_line = code == 0x2028 || code == 0x2029;
    const bool turns_writing = code == 0x061C || code == 0x200E || code == 0x200F ||
                               (code >= 0x202A && code <= 0x202E) ||
                               (code >= 0x2066 && code <= 0x2069);
    return is_control || breaks_line || turns_writing;
}

std::string harmless_but_for(std::string_view kept, std::string_view text)
{
    const std::string valid = to_valid_utf8(text);
    std::string out;
    out.reserve(valid.size());
    for (std::string_view rest = valid; !rest.empty();) {
        const auto [code, size] = first_character(rest);
        const bool is_kept = kept.find(rest[0]) != kept.npos;
        if (is_kept || !commands_terminal(code)) {
            out += rest.substr(0, size);
        } else if (code == '\n' || code == '\r' || code == '\t') {
            out += ' ';
        } else {
            out += fmt::format("\\u{:04x}", code);
        }
        rest.remove_prefix(size);
    }
    return out;
}

}  // namespace

std::string harmless(std::string_view text)
{
    return harmless_but_for("", text);
}

std::string harmless_lines(std::string_view text)
{
    return harmless_but_for("\n", text);
}

}  // namespace pivot::inline base
