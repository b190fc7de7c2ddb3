#include "switches/scripted/script.hpp"

#include "base/text.hpp"
#include "base/utf8.hpp"
#include "switches/scripted/script_line.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

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

std::vector<std::string>::const_iterator find_address(const Step& step,
                                                      const std::vector<std::string>& addresses)
{
    return std::ranges::find_if(addresses, [&step](const std::string& address) {
        return is_address(step.subject, address);
    });
}

bool is_http(std::string_view kind)
{
    return kind == "request" || kind == "failed request" || kind == "callback" || kind == "cdr";
}

bool is_subject(const Step& step, const Deed& deed)
{
    if (step.subject.empty()) return true;
    const std::string_view kind = step.deed;
    if (kind == "transfer" || kind == "refer") return is_address(step.subject, deed.subject);
    if (kind == "dial") return find_address(step, deed.addresses) != deed.addresses.end();
    if (is_http(kind)) return is_asked(step.subject, deed.subject);
    const bool is_part = kind == "say" || kind == "play" || kind == "record" || kind == "warning" ||
                         kind == "end" || kind == "stream" || kind == "stream end";
    if (!is_part) return equals_ignoring_case(step.subject, deed.subject);
    return contains_ignoring_case(with_single_blanks(deed.subject),
                                  with_single_blanks(step.subject));
}

// Speech input gathers, too, and to refer the caller is to transfer them.
bool is_kind(std::string_view wanted, const Deed& deed)
{
    if (wanted == "failed request") return deed.kind == "request" && deed.has_failed;
    return wanted == deed.kind || (wanted == "gather" && deed.kind == "listen") ||
           (wanted == "transfer" && deed.kind == "refer");
}

bool is_taken(const Step& step, const Deed& deed)
{
    const bool must_be_taken = step.wants_taken || step.deed == "cdr";
    return deed.is_taken || !must_be_taken;
}

const std::string* value_of(const Deed& deed, const std::string& name)
{
    const auto found =
        std::ranges::find(deed.parameters, name, &std::pair<std::string, std::string>::first);
    return found == deed.parameters.end() ? nullptr : &found->second;
}

bool has(const Deed& deed, const std::pair<std::string, std::string>& parameter)
{
    return std::ranges::find(deed.parameters, parameter) != deed.parameters.end();
}

std::string names_of(const Deed& deed)
{
    std::vector<std::string_view> names;
    for (const auto& [name, value] : deed.parameters) {
        if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
    return fmt::format("{}", fmt::join(names, ", "));
}

// Why a line is not text. Empty where it is.
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

bool take_address(const Step& step, std::vector<std::string>& addresses)
{
    const auto found = find_address(step, addresses);
    if (found == addresses.end()) return false;
    addresses.erase(found);
    return true;
}

bool is_about(const Step& step, const Deed& deed)
{
    const bool has_method = step.method.empty() || step.method == deed.method;
    return is_kind(step.deed, deed) && has_method && is_subject(step, deed);
}

bool matches(const Step& step, const Deed& deed)
{
    return is_about(step, deed) && is_taken(step, deed) &&
           std::ranges::all_of(step.parameters,
                               [&deed](const auto& parameter) { return has(deed, parameter); });
}

std::string difference(const Step& step, const Deed& deed)
{
    std::vector<std::string> parts;
    std::vector<std::string_view> missing;
    for (const auto& parameter : step.parameters) {
        if (has(deed, parameter)) continue;
        const std::string* const value = value_of(deed, parameter.first);
        if (value == nullptr) {
            missing.push_back(parameter.first);
        } else {
            parts.push_back(fmt::format("{} is \"{}\"", parameter.first, *value));
        }
    }
    if (!missing.empty() && deed.parameters.empty()) parts.emplace_back("there are no parameters");
    if (!missing.empty() && !deed.parameters.empty()) {
        parts.push_back(
            fmt::format("there is no {} among {}", fmt::join(missing, ", no "), names_of(deed)));
    }
    if (!is_taken(step, deed)) parts.emplace_back("it was not taken");
    return fmt::format("{}", fmt::join(parts, ", and "));
}

}  // namespace pivot::switches::scripted
