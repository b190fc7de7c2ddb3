#include "base/text.hpp"

#include "base/harmless.hpp"
#include "base/utf8.hpp"

namespace pivot::inline base {

std::string printable(std::string_view text)
{
    constexpr std::size_t bytes_max = 200;
    return harmless(cut_utf8(text, bytes_max));
}

std::string with_reason(std::string_view failure, std::string_view why)
{
    std::string sentence(failure);
    if (!why.empty()) sentence += ": " + printable(why);
    return sentence;
}

void append_xml(std::string& out, std::string_view text)
{
    for (const char c : text) {
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            case '\r': out += "&#13;"; break;
            default: out += c;
        }
    }
}

}  // namespace pivot::inline base
