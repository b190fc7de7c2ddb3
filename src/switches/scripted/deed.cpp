#include "switches/scripted/deed.hpp"

#include "base/utf8.hpp"

#include <cstdint>
#include <string_view>

#include <fmt/format.h>

namespace pivot::switches::scripted {

namespace {

struct Character {
    std::uint32_t code;
    std::size_t size;  // in bytes
};

// The first one of valid UTF-8.
Character first_of(std::string_view text)
{
    const auto byte = [text](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    const auto more = [byte](std::size_t at) { return byte(at) & 0x3FU; };
    if (byte(0) < 0x80) return {byte(0), 1};
    if (byte(0) < 0xE0) return {(byte(0) & 0x1FU) << 6 | more(1), 2};
    if (byte(0) < 0xF0) return {(byte(0) & 0x0FU) << 12 | more(1) << 6 | more(2), 3};
    return {(byte(0) & 0x07U) << 18 | more(1) << 12 | more(2) << 6 | more(3), 4};
}

bool commands_terminal(std::uint32_t code)
{
    const bool is_control = code < 0x20 || (code >= 0x7F && code < 0xA0);
    const bool breaks_line = code == 0x2028 || code == 0x2029;
    const bool turns_writing = code == 0x200E || code == 0x200F ||
                               (code >= 0x202A && code <= 0x202E) ||
                               (code >= 0x2066 && code <= 0x2069);
    return is_control || breaks_line || turns_writing;
}

std::string harmless(std::string_view text)
{
    const std::string valid = to_valid_utf8(text);
    std::string out;
    for (std::string_view rest = valid; !rest.empty();) {
        const auto [code, size] = first_of(rest);
        if (code == '\n' || code == '\r' || code == '\t') {
            out += ' ';
        } else if (commands_terminal(code)) {
            out += fmt::format("\\u{:04x}", code);
        } else {
            out += rest.substr(0, size);
        }
        rest.remove_prefix(size);
    }
    return out;
}

}  // namespace

std::string line_of(const Deed& deed)
{
    const Nanoseconds tenths = deed.at / 100'000'000;
    return fmt::format("{:02}:{:02}.{}  {:<8} {}", tenths / 600, tenths / 10 % 60, tenths % 10,
                       deed.actor, harmless(deed.text));
}

}  // namespace pivot::switches::scripted
