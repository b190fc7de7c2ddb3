#include "execute/verbs/callee.hpp"

#include "base/text.hpp"
#include "http/url.hpp"

#include <pivot/checked_text.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace pivot::execute::verbs {

namespace {

using twiml::Attribute;
using twiml::Name;

using Header = std::pair<std::string, std::string>;
using Headers = std::vector<Header>;

constexpr std::array headers_settable{
    std::string_view("User-to-User"), std::string_view("Remote-Party-ID"),
    std::string_view("P-Preferred-Identity"), std::string_view("P-Called-Party-ID")};

// Whether a document may have this in an INVITE.
bool is_settable(const Header& header)
{
    const std::string& name = header.first;
    if (starts_ignoring_case(name, "X-")) return true;
    return std::ranges::any_of(headers_settable, [&](std::string_view settable) {
        return equals_ignoring_case(settable, name);
    });
}

// `X-a=1&X-b=2`, the part of a SIP URI after its question mark.
void append_headers(Headers& headers, std::string_view text)
{
    while (!text.empty()) {
        const std::size_t end = text.find('&');
        const std::string_view header = text.substr(0, end);
        const std::size_t equals = header.find('=');
        if (equals != header.npos && equals > 0) {
            headers.emplace_back(http::unescape(header.substr(0, equals)),
                                 http::unescape(header.substr(equals + 1)));
        }
        if (end == text.npos) break;
        text.remove_prefix(end + 1);
    }
}

void append_headers(Headers& headers, twiml::Element element)
{
    for (const twiml::Element header : element.children()) {
        headers.emplace_back(header.text(Attribute::name), header.text(Attribute::value));
    }
}

// The address and its credentials stand in the noun, or in the first Uri within.
std::optional<Callee> read_sip(twiml::Element noun, const Warn& warn)
{
    twiml::Element uri = noun;
    Headers headers;
    for (const twiml::Element child : noun.children()) {
        if (child.name() == Name::headers) append_headers(headers, child);
        if (child.name() != Name::uri) continue;
        if (uri.name() == Name::uri) {
            warn(child, "Sip: only its first Uri is called");
        } else {
            uri = child;
        }
    }
    const std::string_view address = uri.text();
    const std::size_t query = address.find('?');
    if (query != address.npos) append_headers(headers, address.substr(query + 1));
    const std::string_view plain = address.substr(0, query);
    const auto known = SipUri::of(plain);
    if (known.empty()) {
        warn(noun, fmt::format("Sip: \"{}\" is not a SIP URI", printable(plain)));
        return std::nullopt;
    }
    Callee callee;
    callee.address = Address(known);
    callee.username = OpaqueText(uri.text(Attribute::username));
    callee.password = OpaqueText(uri.text(Attribute::password));
    for (const Header& header : headers) {
        SipHeader known_header = SipHeader::of(header.first, header.second);
        if (is_settable(header) && !known_header.empty()) {
            callee.headers.push_back(std::move(known_header));
        } else {
            warn(noun, fmt::format("Sip: the header {} is not a document's to set",
                                   printable(header.first)));
        }
    }
    return callee;
}

std::optional<Callee> read_user(twiml::Element noun, const Warn& warn)
{
    std::string_view id = noun.text();
    for (const twiml::Element child : noun.children()) {
        if (child.name() == Name::identity) id = child.text();
    }
    const auto name = UserName::of(id);
    if (!name.empty()) return Callee{.address = Address(name)};
    warn(noun, fmt::format("{}: \"{}\" is not a valid user name", twiml::name(noun.name()),
                           printable(id)));
    return std::nullopt;
}

}  // namespace

std::string too_many_callees(std::size_t left_out)
{
    return fmt::format("Dial: only ten are called; left out: {}", left_out);
}

std::optional<Callee> read_callee(twiml::Element noun, const Warn& warn)
{
    switch (noun.name()) {
        case Name::number: {
            const auto number = PhoneNumber::of(noun.text());
            if (!number.empty()) return Callee{.address = Address(number)};
            warn(noun, fmt::format("Number: \"{}\" is not a phone number", printable(noun.text())));
            return std::nullopt;
        }
        case Name::sip: return read_sip(noun, warn);
        case Name::client:
        case Name::user:
        case Name::device: return read_user(noun, warn);
        default: break;
    }
    warn(noun, fmt::format("Dial: {} cannot be called from here", twiml::name(noun.name())));
    return std::nullopt;
}

std::optional<Callee> read_callee_of_text(twiml::Element dial, const Warn& warn)
{
    const auto number = PhoneNumber::of(dial.text());
    if (!number.empty()) return Callee{.address = Address(number)};
    if (dial.text().empty()) {
        warn(dial, "Dial: there is nobody to call");
    } else {
        warn(dial, fmt::format("Dial: {} is not a phone number", printable(dial.text())));
    }
    return std::nullopt;
}

}  // namespace pivot::execute::verbs
