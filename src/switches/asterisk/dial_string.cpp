#include "switches/asterisk/dial_string.hpp"

#include "base/text.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot::switches::asterisk {

namespace {

using Filled = tl::expected<std::string, std::string>;

// One kind of address: the setting that says how it is dialled, and what that has in its place.
struct Kind {
    std::string DialTemplates::* text;
    std::string_view key;
    std::string_view place;
};

constexpr Kind number_kind{&DialTemplates::number, "number", "{number}"};
constexpr Kind user_kind{&DialTemplates::user, "user", "{user}"};
constexpr Kind sip_kind{&DialTemplates::sip_uri, "sip_uri", "{uri}"};

// An account's own template may be empty, so that this account cannot dial what others can.
std::string why_not_dialled(const Kind& kind, std::string_view account_id,
                            const DialTemplates& common)
{
    constexpr std::string_view result = "such an address cannot be dialled";
    const std::string own =
        fmt::format("asterisk.accounts.{}.dial.{}", printable(account_id), kind.key);
    if (account_id.empty()) return fmt::format("asterisk.dial.{} is not set: {}", kind.key, result);
    if (!(common.*kind.text).empty()) return fmt::format("{} is empty: {}", own, result);
    return fmt::format("neither {} nor asterisk.dial.{} is set: {}", own, kind.key, result);
}

Filled fill(const Kind& kind, std::string_view address, std::string_view account_id,
            const DialSettings& settings)
{
    const auto own = settings.accounts.find(account_id);
    const DialTemplates& templates = own == settings.accounts.end() ? settings.common : own->second;
    std::string text = templates.*kind.text;
    if (text.empty()) return tl::unexpected(why_not_dialled(kind, account_id, settings.common));
    const std::size_t at = text.find(kind.place);
    if (at != text.npos) text.replace(at, kind.place.size(), address);
    return text;
}

// Returns what is wrong with it; empty if nothing is.
std::string objection_to_number(std::string_view number)
{
    constexpr std::string_view dialled = "0123456789+*#";
    if (number.find_first_not_of(dialled) == number.npos) return {};
    return fmt::format("{} contains more than digits, *, # and +", printable(number));
}

// In PJSIP/ann@carrier, `carrier` is an endpoint, which may be a trunk to anywhere.
std::string objection_to_user(std::string_view user)
{
    if (user.find('@') == user.npos) return {};
    return fmt::format(
        "{} has an @, after which Asterisk expects a trunk: call a user by the name alone",
        printable(user));
}

}  // namespace

Filled dial_string(const Address& address, std::string_view account_id,
                   const DialSettings& settings)
{
    const std::string& text = address.text();
    std::string objection;
    const Kind* kind = nullptr;
    switch (address.kind()) {
        case Address::Kind::number:
            objection = objection_to_number(text);
            kind = &number_kind;
            break;
        case Address::Kind::user:
            objection = objection_to_user(text);
            kind = &user_kind;
            break;
        case Address::Kind::sip: kind = &sip_kind; break;
        case Address::Kind::dial_string: return text;
    }
    if (!objection.empty()) return tl::unexpected(std::move(objection));
    return fill(*kind, text, account_id, settings);
}

}  // namespace pivot::switches::asterisk
