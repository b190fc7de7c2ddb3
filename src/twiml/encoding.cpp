#include "twiml/encoding.hpp"

#include "base/text.hpp"
#include "base/utf8.hpp"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

namespace pivot::twiml {

namespace {

void append_character(std::string& out, std::uint32_t code)
{
    char bytes[4];
    out.append(bytes, write_utf8(bytes, code));
}

tl::expected<void, std::string> from_utf16(std::string_view bytes, bool is_big_endian,
                                           std::string& out)
{
    const auto fail = [] {
        return tl::unexpected<std::string>(
            "it begins as UTF-16, but half of a character is missing");
    };
    if (bytes.size() % 2 != 0) return fail();
    const auto unit = [&](std::size_t at) {
        const auto first = static_cast<unsigned char>(bytes[at]);
        const auto second = static_cast<unsigned char>(bytes[at + 1]);
        return static_cast<std::uint32_t>(is_big_endian ? first << 8 | second
                                                        : second << 8 | first);
    };
    for (std::size_t at = 0; at < bytes.size(); at += 2) {
        std::uint32_t code = unit(at);
        if (code >= 0xDC00 && code <= 0xDFFF) return fail();
        if (code >= 0xD800 && code <= 0xDBFF) {
            at += 2;
            if (at == bytes.size()) return fail();
            const std::uint32_t low = unit(at);
            if (low < 0xDC00 || low > 0xDFFF) return fail();
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        }
        append_character(out, code);
    }
    return {};
}

// The encoding that the XML declaration names, if any. `<?xml-stylesheet` is not a declaration.
std::string_view declared_encoding(std::string_view text)
{
    constexpr std::string_view start = "<?xml";
    const bool is_declared = text.starts_with(start) && text.size() > start.size() &&
                             is_blank(text[start.size()]);
    if (!is_declared) return {};
    const std::string_view declaration = text.substr(0, text.find("?>"));
    std::size_t at = declaration.find("encoding");
    if (at == declaration.npos) return {};
    at = declaration.find_first_of("'\"", at);
    if (at == declaration.npos) return {};
    const std::size_t end = declaration.find(declaration[at], at + 1);
    if (end == declaration.npos) return {};
    return declaration.substr(at + 1, end - at - 1);
}

}  // namespace

tl::expected<void, std::string> to_utf8(std::string_view bytes, std::string_view charset,
                                        std::string& out)
{
    out.clear();
    if (bytes.starts_with("\xEF\xBB\xBF")) {
        out = bytes.substr(3);
        return {};
    }
    if (bytes.starts_with("\xFF\xFE")) return from_utf16(bytes.substr(2), false, out);
    if (bytes.starts_with("\xFE\xFF")) return from_utf16(bytes.substr(2), true, out);

    const std::string_view encoding = charset.empty() ? declared_encoding(bytes) : charset;
    const bool is_ascii = equals_ignoring_case(encoding, "us-ascii");
    if (is_ascii && std::ranges::any_of(bytes, [](char c) { return (c & 0x80) != 0; })) {
        return tl::unexpected<std::string>(
            "its encoding is us-ascii, but it has bytes above 127: declare UTF-8");
    }
    if (encoding.empty() || is_ascii || equals_ignoring_case(encoding, "utf-8") ||
        equals_ignoring_case(encoding, "utf8")) {
        out = bytes;
        return {};
    }
    if (equals_ignoring_case(encoding, "iso-8859-1") || equals_ignoring_case(encoding, "latin1")) {
        for (const char c : bytes) append_character(out, static_cast<unsigned char>(c));
        return {};
    }
    return tl::unexpected(
        fmt::format("its encoding is {}, which is not supported: send UTF-8", printable(encoding)));
}

}  // namespace pivot::twiml
