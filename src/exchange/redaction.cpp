#include "exchange/redaction.hpp"

#include "base/text.hpp"
#include "exchange/signature.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace pivot::exchange {

namespace {

// How the text around a URL spells its punctuation.
enum class Spelling { plain, percent };

// One character, and the bytes that it takes in the text.
struct Sign {
    char character;
    std::size_t size;
};

std::optional<char> read_number(std::string_view digits, int base)
{
    unsigned number = 0;
    const auto* end = digits.data() + digits.size();
    const auto [rest, error] = std::from_chars(digits.data(), end, number, base);
    if (error != std::errc() || rest != end || number > 0x7F) return std::nullopt;
    return static_cast<char>(number);
}

// `%2F`
std::optional<Sign> read_percent(std::string_view text)
{
    if (text.size() < 3 || text[0] != '%') return std::nullopt;
    const auto character = read_number(text.substr(1, 2), 16);
    if (!character) return std::nullopt;
    return Sign{*character, 3};
}

// `\/`, `\u002f`
std::optional<Sign> read_json_escape(std::string_view text)
{
    if (text.size() < 2 || text[0] != '\\') return std::nullopt;
    switch (text[1]) {
        case '"':
        case '\\':
        case '/': return Sign{text[1], 2};
        case 'n':
        case 'r':
        case 't': return Sign{' ', 2};
        case 'u': break;
        default: return std::nullopt;
    }
    if (text.size() < 6) return std::nullopt;
    const auto character = read_number(text.substr(2, 4), 16);
    if (!character) return std::nullopt;
    return Sign{*character, 6};
}

// `&#47;`, `&#x2F;`
std::optional<Sign> read_xml_reference(std::string_view text)
{
    constexpr std::size_t size_max = 12;
    if (!text.starts_with("&#")) return std::nullopt;
    const auto end = text.substr(0, size_max).find(';');
    if (end == text.npos || end < 3) return std::nullopt;
    const bool is_hexadecimal = lower(text[2]) == 'x';
    const auto digits = text.substr(2, end - 2).substr(is_hexadecimal ? 1 : 0);
    const auto character = read_number(digits, is_hexadecimal ? 16 : 10);
    if (!character) return std::nullopt;
    return Sign{*character, end + 1};
}

// The character at the front of `text`, which is not empty.
Sign read_sign(std::string_view text, Spelling spelling)
{
    std::optional<Sign> escape;
    switch (spelling) {
        case Spelling::plain:
            escape = read_json_escape(text);
            if (!escape) escape = read_xml_reference(text);
            break;
        case Spelling::percent: escape = read_percent(text); break;
    }
    return escape.value_or(Sign{text[0], 1});
}

// Bytes that `word`, in lower case, takes at the front of `text`; 0 if it is not there.
std::size_t read_word(std::string_view text, std::string_view word, Spelling spelling)
{
    std::size_t at = 0;
    for (const char c : word) {
        if (at == text.size()) return 0;
        const auto sign = read_sign(text.substr(at), spelling);
        if (lower(sign.character) != c) return 0;
        at += sign.size;
    }
    return at;
}

bool is_end_of_text(Sign sign, Spelling spelling)
{
    const auto c = static_cast<unsigned char>(sign.character);
    if (c <= ' ' || c == '"' || c == '<' || c == '>') return true;
    // In a form these stand for the next pair and for a space, unless they are encoded.
    return spelling == Spelling::percent && sign.size == 1 && (c == '&' || c == '+');
}

// Where a secret begins and ends, after the text that shows that there may be one.
struct Secret {
    std::size_t begin;
    std::size_t end;
};

// What a search has found, and the bytes in which another one of its kind would find nothing. They
// are not searched again, so redaction takes time in proportion to the text, whatever the text is.
struct Search {
    std::optional<Secret> secret;
    std::size_t searched = 0;
};

// User and password in the text after `//`: everything up to the last `@` before the path. A run of
// slashes counts as searched: it is one start.
Search find_in_authority(std::string_view text, Spelling spelling, bool is_cut)
{
    std::size_t begin = 0;
    bool has_begun = false;
    std::optional<std::size_t> last_at;
    for (std::size_t at = 0; at < text.size();) {
        const auto sign = read_sign(text.substr(at), spelling);
        const char c = sign.character;
        if (c == '/' && !has_begun) {
            begin = at + sign.size;  // some readers skip extra slashes
        } else if (c == '/' || c == '?' || c == '#' || is_end_of_text(sign, spelling)) {
            if (!last_at) return {std::nullopt, begin};
            return {Secret{begin, *last_at}, begin};
        } else {
            has_begun = true;
            if (c == '@') last_at = at;
        }
        at += sign.size;
    }
    if (is_cut) return {Secret{begin, text.size()}, begin};
    if (!last_at) return {std::nullopt, begin};
    return {Secret{begin, *last_at}, begin};
}

// The password in the text after `sip:`, between the first `:` and the first `@`.
Search find_in_sip(std::string_view text, Spelling spelling, bool is_cut)
{
    std::optional<std::size_t> password;
    std::size_t at = 0;
    while (at < text.size()) {
        const auto sign = read_sign(text.substr(at), spelling);
        if (is_end_of_text(sign, spelling)) return {std::nullopt, at};
        if (sign.character == '@') {
            if (!password) return {std::nullopt, at};
            return {Secret{*password, at}, at};
        }
        at += sign.size;
        if (sign.character == ':' && !password) password = at;
    }
    if (!is_cut || !password) return {std::nullopt, at};
    return {Secret{*password, text.size()}, at};
}

// Characters with which something may begin. Most texts have few of them, and a table finds them.
class Starts {
public:
    explicit constexpr Starts(std::string_view characters)
    {
        for (const char c : characters) is_start_[static_cast<unsigned char>(c)] = true;
    }

    // Where the next one is; the end of the text if there is none.
    std::size_t next(std::string_view text, std::size_t at) const
    {
        while (at < text.size() && !is_start_[static_cast<unsigned char>(text[at])]) ++at;
        return at;
    }

    bool are_in(std::string_view text) const { return next(text, 0) != text.size(); }

private:
    std::array<bool, 256> is_start_{};
};

// The first characters of `//`, `sip:` and `sips:`, and of their escapes.
constexpr Starts url_starts("/sS\\&%");

std::string redact_urls(std::string_view text, Spelling spelling, bool is_cut)
{
    std::string out;
    out.reserve(text.size());
    std::size_t sip_searched_end = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t start = url_starts.next(text, at);
        out += text.substr(at, start - at);
        at = start;
        if (at == text.size()) break;
        const auto rest = text.substr(at);
        Search search;
        std::size_t front = 0;
        std::size_t slashes = 0;  // more of them
        if ((front = read_word(rest, "//", spelling)) != 0) {
            search = find_in_authority(rest.substr(front), spelling, is_cut);
            slashes = search.searched;
        } else if (at >= sip_searched_end && ((front = read_word(rest, "sip:", spelling)) != 0 ||
                                              (front = read_word(rest, "sips:", spelling)) != 0)) {
            search = find_in_sip(rest.substr(front), spelling, is_cut);
            sip_searched_end = at + front + search.searched;
        } else {
            front = 1;
        }
        const auto& secret = search.secret;
        if (secret && secret->begin < secret->end) {
            out.append(rest.substr(0, front + secret->begin)).append(redacted);
            at += front + secret->end;
        } else {
            out += rest.substr(0, front + slashes);
            at += front + slashes;
        }
    }
    return out;
}

// The signature in the text after the id of a recording, `.1796600000.MAC` (recording_link.hpp).
// Neither the points nor the digits are ever escaped.
std::optional<Secret> find_in_recording_link(std::string_view text, bool is_cut)
{
    constexpr std::size_t expiry_digits_min = 10;  // Unix time in seconds
    constexpr std::size_t mac_digits = 32;
    const auto point = text.find_first_not_of("0123456789", 1);
    if (point == text.npos || point <= expiry_digits_min || text[point] != '.') return std::nullopt;
    const auto begin = point + 1;
    const auto end = std::min(text.find_first_not_of("0123456789abcdef", begin), text.size());
    const bool may_go_on = is_cut && end == text.size();
    if (end - begin < mac_digits && !may_go_on) return std::nullopt;
    return Secret{begin, end};
}

std::string redact_recording_links(std::string_view text, bool is_cut)
{
    std::string out;
    std::size_t done = 0;
    for (auto at = text.find('.'); at != text.npos; at = text.find('.', std::max(at + 1, done))) {
        const auto secret = find_in_recording_link(text.substr(at), is_cut);
        if (!secret || secret->begin == secret->end) continue;
        out.append(text.substr(done, at + secret->begin - done)).append(redacted);
        done = at + secret->end;
    }
    return out.append(text.substr(done));
}

constexpr std::string_view secret_names[] = {
    "BankAccountNumber", "BankRoutingNumber",     "ExpirationDate", "password",
    "PaymentCardNumber", "PaymentCardPostalCode", "PaymentToken",   "SecurityCode",
};

bool is_part_of_name(char c)
{
    return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

// Bytes of the secret name at the front of `text`, in any case; 0 if there is none.
std::size_t read_secret_name(std::string_view text)
{
    for (const auto name : secret_names) {
        if (equals_ignoring_case(text.substr(0, name.size()), name)) return name.size();
    }
    return 0;
}

std::size_t skip_blanks(std::string_view text, std::size_t at)
{
    return std::min(text.find_first_not_of(" \t\r\n", at), text.size());
}

// The value after a name: `=123&`, `="123"`, `]=123`, `": "123"`, `\":\"123\"`, `": 123,`.
std::optional<Secret> find_value(std::string_view text)
{
    auto at = text.find_first_not_of("\\\"']");
    if (at == text.npos) return std::nullopt;
    const bool was_quoted = at > 0 && text[at - 1] != ']';
    at = skip_blanks(text, at);
    if (at == text.size() || (text[at] != '=' && !(text[at] == ':' && was_quoted))) {
        return std::nullopt;
    }
    at = skip_blanks(text, at + 1);
    if (text.substr(at, 2) == "\\\"") {
        return Secret{at + 2, std::min(text.find("\\\"", at + 2), text.size())};
    }
    if (at < text.size() && (text[at] == '"' || text[at] == '\'')) {
        const char quote = text[at];
        auto end = at + 1;
        while (end < text.size() && text[end] != quote) end += text[end] == '\\' ? 2 : 1;
        return Secret{at + 1, std::min(end, text.size())};
    }
    return Secret{at, std::min(text.find_first_of("&,}<>\"'# \t\r\n", at), text.size())};
}

// The first characters of these names.
constexpr Starts name_starts("BbEePpSs");

std::string redact_named_values(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t start = name_starts.next(text, at);
        out += text.substr(at, start - at);
        at = start;
        if (at == text.size()) break;
        const bool is_start_of_name = at == 0 || !is_part_of_name(text[at - 1]);
        const auto name_size = is_start_of_name ? read_secret_name(text.substr(at)) : 0;
        const auto after = at + name_size;
        const auto secret = name_size > 0 ? find_value(text.substr(after)) : std::nullopt;
        if (secret && secret->begin < secret->end) {
            out.append(text.substr(at, name_size + secret->begin)).append(redacted);
            at = after + secret->end;
        } else {
            const auto size = std::max<std::size_t>(name_size, 1);
            out += text.substr(at, size);
            at += size;
        }
    }
    return out;
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names)
{
    return std::ranges::any_of(
        names, [name](std::string_view other) { return equals_ignoring_case(name, other); });
}

// `a=1`
std::string redact_pair(std::string_view pair)
{
    const auto equals = pair.find('=');
    std::string out(equals == pair.npos ? "" : pair.substr(0, equals + 1));
    return out += redacted;
}

// `a=1; b=2`
std::string redact_cookies(std::string_view value)
{
    std::string out;
    while (!value.empty()) {
        if (!out.empty()) out += ';';
        out += redact_pair(take_until(value, ';'));
    }
    return out;
}

// `a=1; Path=/; Secure`
std::string redact_set_cookie(std::string_view value)
{
    auto out = redact_pair(take_until(value, ';'));
    while (!value.empty()) {
        const auto attribute = take_until(value, ';');
        const auto name = trim(attribute.substr(0, attribute.find('=')));
        const bool is_known = is_one_of(
            name, {"Domain", "Path", "Expires", "Max-Age", "Secure", "HttpOnly", "SameSite"});
        out.append(";").append(is_known ? attribute : redacted);
    }
    return out;
}

// Whether a header's name says that its value is a secret: `Proxy-Authorization`, `X-Api-Key`.
bool is_secret(std::string_view name)
{
    std::string_view before;
    while (!name.empty()) {
        const std::string_view word = take_until(name, '-');
        if (equals_ignoring_case(word, "Idempotency")) return false;
        if (is_one_of(word, {"ApiKey", "Auth", "Authorization", "Credential", "Credentials",
                             "Password", "Secret", "Token"})) {
            return true;
        }
        const bool is_key = equals_ignoring_case(word, "Key");
        if (is_key && is_one_of(before, {"Access", "Api", "Private", "X"})) return true;
        before = word;
    }
    return false;
}

}  // namespace

std::string redact(std::string_view text, bool is_cut)
{
    // Credentials end with an `@`, however it is spelled, unless the text is cut off before it.
    // Values are quoted or follow a `=`. Most lines of a log have none of these.
    static constexpr Starts ends_of_credentials("@%\\&");
    static constexpr Starts starts_of_values("=\"'\\");
    auto shown = redact_recording_links(text, is_cut);
    if (is_cut || ends_of_credentials.are_in(shown)) {
        shown = redact_urls(shown, Spelling::plain, is_cut);
        shown = redact_urls(shown, Spelling::percent, is_cut);
    }
    return starts_of_values.are_in(shown) ? redact_named_values(shown) : shown;
}

std::string redact_header(std::string_view name, std::string_view value)
{
    if (is_one_of(name, {twilio_signature_header, kazoo_signature_header}) || is_secret(name)) {
        return std::string(redacted);
    }
    if (equals_ignoring_case(name, "Cookie")) return redact_cookies(value);
    if (equals_ignoring_case(name, "Set-Cookie")) return redact_set_cookie(value);
    return redact(value);
}

}  // namespace pivot::exchange
