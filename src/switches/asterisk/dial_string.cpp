#include "switches/asterisk/dial_string.hpp"

#include "base/text.hpp"

#include <string_view>

#include <fmt/format.h>

namespace pivot::switches::asterisk {

namespace {

using Filled = tl::expected<std::string, std::string>;

Filled fill(std::string_view key, std::string text, std::string_view place,
            std::string_view address)
{
    if (text.empty()) {
        return tl::unexpected(
            fmt::format("asterisk.dial.{} is not set: such an address cannot be dialled", key));
    }
    const std::size_t at = text.find(place);
    if (at != text.npos) text.replace(at, place.size(), address);
    return text;
}

Filled fill_number(const DialTemplates& templates, std::string_view number)
{
    constexpr std::string_view dialled = "0123456789+*#";
    if (number.find_first_not_of(dialled) != number.npos) {
        return tl::unexpected(
            fmt::format("{} contains more than digits, *, # and +", printable(number)));
    }
    return fill("number", templates.number, "{number}", number);
}

// In PJSIP/ann@carrier, `carrier` is an endpoint, which may be a trunk to anywhere.
Filled fill_user(const DialTemplates& templates, std::string_view user)
{
    if (user.find('@') != user.npos) {
        return tl::unexpected(fmt::format(
            "{} has an @, after which Asterisk expects a trunk: call a user by the name alone",
            printable(user)));
    }
    return fill("user", templates.user, "{user}", user);
}

}  // namespace

Filled dial_string(const Address& address, const DialTemplates& templates)
{
    switch (address.kind()) {
        case Address::Kind::number: return fill_number(templates, address.text());
        case Address::Kind::user: return fill_user(templates, address.text());
        case Address::Kind::sip: return fill("sip_uri", templates.sip_uri, "{uri}", address.text());
        case Address::Kind::dial_string: break;
    }
    return address.text();
}

}  // namespace pivot::switches::asterisk
