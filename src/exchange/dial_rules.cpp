#include "exchange/dial_rules.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <string_view>

namespace pivot::exchange {

namespace {

// `sip:+493012345` names a host, but a gateway may take it for the number.
std::string_view number_as_host(std::string_view text)
{
    const std::string_view host = text.substr(0, text.find_first_of(";:?"));
    return host.find_first_not_of("0123456789+*#") == host.npos ? host : std::string_view();
}

// The part before the `@` without its parameters (RFC 3261, section 19.1.1), as a gateway sees it.
std::string_view user_of(const Address& address)
{
    std::string_view text = address.text();
    if (address.kind() == Address::Kind::sip) {
        text.remove_prefix(std::min(text.find(':') + 1, text.size()));
    }
    const std::size_t end = text.find('@');
    if (end == text.npos && address.kind() == Address::Kind::sip) return number_as_host(text);
    if (end == text.npos) return {};
    const std::string_view user = text.substr(0, end);
    return user.substr(0, user.find(';'));
}

// Whether a gateway might dial it, such as `*31#0900123`, which withholds the caller's number. An
// escaped character could be a digit.
bool is_like_number(std::string_view user)
{
    if (user.find('%') != user.npos) return true;
    constexpr std::string_view beginnings = "+*#0123456789";
    return !user.empty() &&
           (beginnings.find(user.front()) != beginnings.npos || !plain_number(user).empty());
}

}  // namespace

bool DialRules::may_call(const Address& address) const
{
    if (numbers.empty()) return true;
    switch (address.kind()) {
        case Address::Kind::number: return matches_any(numbers, plain_number(address.text()));
        case Address::Kind::sip:
        case Address::Kind::user: {
            // A user without a domain is not a number, because no gateway is asked.
            const std::string_view user = user_of(address);
            return !is_like_number(user) || matches_any(numbers, plain_number(user));
        }
        case Address::Kind::dial_string: break;
    }
    return true;
}

bool DialRules::may_show(std::string_view caller_id) const
{
    const bool is_any_good = caller_ids.empty() || caller_id.empty() || caller_id == "anonymous";
    if (is_any_good) return true;
    return matches_any(caller_ids, plain_number(caller_id));
}

}  // namespace pivot::exchange
