#include "switches/scripted/script.hpp"

#include "base/text.hpp"
#include "base/utf8.hpp"
#include "switches/scripted/script_line.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace pivot::switches::scripted {

namespace {

bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// With each run of blanks as one, and none at the ends: documents break lines where they like.
std::string with_single_blanks(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        if (!is_blank(c)) {
            out += c;
        } else if (!out.empty() && out.back() != ' ') {
            out += ' ';
        }
    }
    if (out.ends_with(' ')) out.pop_back();
    return out;
}

bool contains_ignoring_case(std::string_view text, std::string_view part)
{
    const auto same = [](char a, char b) { return lower(a) == lower(b); };
    return part.empty() || std::ranges::search(text, part, same).begin() != text.end();
}

// `/path` is a whole path, and with a `?` the query belongs to it; a URL is one without its query;
// all else is a part.
bool is_asked(std::string_view wanted, std::string_view url)
{
    if (wanted.find('?') == wanted.npos) url = url.substr(0, url.find('?'));
    if (wanted.find("://") != wanted.npos) return wanted == url;
    if (!wanted.starts_with('/')) return url.find(wanted) != url.npos;
    const std::size_t host = url.find("://");
    if (host == url.npos) return false;
    const std::size_t path = url.find('/', host + 3);
    return path != url.npos && url.substr(path) == wanted;
}

// A whole number or SIP URI, without its headers unless those are wanted, too.
bool is_address(std::string_view wanted, std::string_view address)
{
    if (wanted.find('?') == wanted.npos) address = address.substr(0, address.find('?'));
    return equals_ignoring_case(wanted, address);
}

std::vector<std::string>::const_iterator dialled(const Step& step, const Deed& deed)
{
    return std::ranges::find_if(deed.addresses, [&step](const std::string& address) {
        return is_address(step.subject, address);
    });
}

bool is_subject(const Step& step, const Deed& deed)
{
    if (step.subject.empty()) return true;
    const std::string_view kind = step.deed;
    if (kind == "transfer") return is_address(step.subject, deed.subject);
    if (kind == "dial") return dialled(step, deed) != deed.addresses.end();
    if (kind == "request" || kind == "callback") return is_asked(step.subject, deed.subject);
    const bool is_part = kind == "say" || kind == "play" || kind == "record" || kind == "warning" ||
                         kind == "end" || kind == "stream";
    if (!is_part) return equals_ignoring_case(step.subject, deed.subject);
    return contains_ignoring_case(with_single_blanks(deed.subject),
                                  with_single_blanks(step.subject));
}

// Speech input gathers, too.
bool is_kind(std::string_view wanted, std::string_view kind)
{
    return wanted == kind || (wanted == "gather" && kind == "listen");
}

// Why a line is no text; empty: it is.
std::string refusal_of_bytes(std::string_view line)
{
    if (to_valid_utf8(line) != line) return "there are bytes that are not UTF-8: save it as UTF-8";
    for (const char c : line) {
        const auto code = static_cast<unsigned char>(c);
        if ((code >= 0x20 && code != 0x7F) || c == '\t') continue;
        return fmt::format("the control character U+{:04X} does not belong here: leave it out",
                           code);
    }
    return {};
}

}  // namespace

tl::expected<std::vector<Step>, std::string> read_script(std::string_view text)
{
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    std::vector<Step> steps;
    std::size_t number = 0;
    while (!text.empty()) {
        std::string_view line = take_until(text, '\n');
        ++number;
        if (line.ends_with('\r')) line.remove_suffix(1);
        const std::string refusal = refusal_of_bytes(line);
        if (!refusal.empty()) return tl::unexpected(fmt::format("{}: {}", number, refusal));
        auto step = read_script_line(line);
        if (!step) return tl::unexpected(fmt::format("{}: {}", number, step.error()));
        if (!*step) continue;
        (*step)->line = number;
        steps.push_back(std::move(**step));
    }
    return steps;
}

bool take_address(const Step& step, Deed& deed)
{
    const auto found = dialled(step, deed);
    if (found == deed.addresses.end()) return false;
    deed.addresses.erase(found);
    return true;
}

bool matches(const Step& step, const Deed& deed)
{
    return !deed.is_in_vain && is_about(step, deed);
}

bool is_about(const Step& step, const Deed& deed)
{
    if (!is_kind(step.deed, deed.kind) || !is_subject(step, deed)) return false;
    return std::ranges::all_of(step.parameters, [&deed](const auto& parameter) {
        return std::ranges::find(deed.parameters, parameter) != deed.parameters.end();
    });
}

}  // namespace pivot::switches::scripted
