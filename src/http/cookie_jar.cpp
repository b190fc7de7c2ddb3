#include "http/cookie_jar.hpp"

#include "base/text.hpp"
#include "http/cookie_date.hpp"
#include "net/address.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

namespace pivot::http {

namespace {

constexpr std::int64_t never_unix_s = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t past_unix_s = std::numeric_limits<std::int64_t>::min();

bool has_control_character(std::string_view text)
{
    const auto is_control = [](unsigned char c) { return (c < ' ' && c != '\t') || c == 0x7f; };
    return std::ranges::any_of(text, is_control);
}

// The attributes of a Set-Cookie (section 5.2). If one is repeated, the last one counts.
struct Attributes {
    std::optional<std::int64_t> expires_unix_s;
    std::optional<std::int64_t> max_age_unix_s;  // when the age is reached
    std::string domain;                          // in lower case, without a leading dot
    std::string_view path;                       // empty if there is no absolute one
    bool is_secure = false;
};

// Section 5.2.2. Returns nothing if the text is not a number; then the attribute is ignored.
std::optional<std::int64_t> read_max_age(std::string_view text, std::int64_t now_unix_s)
{
    const bool is_negative = text.starts_with('-');
    const auto digits = text.substr(is_negative ? 1 : 0);
    if (digits.empty() || digits.find_first_not_of("0123456789") != digits.npos) {
        return std::nullopt;
    }
    if (is_negative) return past_unix_s;
    std::int64_t age_s = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), age_s);
    if (error != std::errc() || age_s > never_unix_s - now_unix_s) return never_unix_s;
    return age_s == 0 ? past_unix_s : now_unix_s + age_s;
}

Attributes read_attributes(std::string_view text, std::int64_t now_unix_s)
{
    Attributes attributes;
    while (!text.empty()) {
        auto rest = take_until(text, ';');
        const auto name = trim(take_until(rest, '='));
        const auto value = trim(rest);
        if (equals_ignoring_case(name, "Expires")) {
            if (const auto date = read_cookie_date(value)) attributes.expires_unix_s = date;
        } else if (equals_ignoring_case(name, "Max-Age")) {
            if (const auto end = read_max_age(value, now_unix_s)) attributes.max_age_unix_s = end;
        } else if (equals_ignoring_case(name, "Domain")) {
            if (value.empty()) continue;
            attributes.domain = value.substr(value.starts_with('.') ? 1 : 0);
            std::ranges::transform(attributes.domain, attributes.domain.begin(), lower);
        } else if (equals_ignoring_case(name, "Path")) {
            attributes.path = value.starts_with('/') ? value : "";
        } else if (equals_ignoring_case(name, "Secure")) {
            attributes.is_secure = true;
        }
    }
    return attributes;
}

// Section 5.1.3.
bool matches_domain(const std::string& host, std::string_view domain)
{
    if (host == domain) return true;
    return host.size() > domain.size() && host.ends_with(domain) &&
           host[host.size() - domain.size() - 1] == '.' && !net::IpAddress::parse(host);
}

std::string_view path_of(const Url& url)
{
    return std::string_view(url.target).substr(0, url.target.find('?'));
}

// Section 5.1.4.
std::string_view default_path(const Url& url)
{
    const auto path = path_of(url);
    return path.substr(0, std::max<std::size_t>(path.rfind('/'), 1));
}

bool matches_path(std::string_view path, std::string_view cookie_path)
{
    if (!path.starts_with(cookie_path)) return false;
    return path.size() == cookie_path.size() || cookie_path.ends_with('/') ||
           path[cookie_path.size()] == '/';
}

}  // namespace

void CookieJar::take(std::string_view set_cookie, const Url& url, std::int64_t now_unix_s)
{
    if (set_cookie.size() > cookie_bytes_max || has_control_character(set_cookie)) return;
    auto value = take_until(set_cookie, ';');
    if (value.find('=') == value.npos) return;
    const auto name = trim(take_until(value, '='));
    if (name.empty()) return;

    const auto attributes = read_attributes(set_cookie, now_unix_s);
    if (!attributes.domain.empty() && !matches_domain(url.host, attributes.domain)) return;
    const auto path = attributes.path.empty() ? default_path(url) : attributes.path;
    add({.name = std::string(name),
         .value = std::string(trim(value)),
         .host = url.host,
         .path = std::string(path),
         .expires_unix_s =
             attributes.max_age_unix_s.value_or(attributes.expires_unix_s.value_or(never_unix_s)),
         .is_secure = attributes.is_secure},
        now_unix_s);
}

// A cookie that replaces another is as old as that one was (section 5.3, step 11).
void CookieJar::add(Cookie cookie, std::int64_t now_unix_s)
{
    const auto is_same = [&](const Cookie& old) {
        return old.name == cookie.name && old.host == cookie.host && old.path == cookie.path;
    };
    const auto replaced = std::ranges::find_if(cookies_, is_same);
    if (replaced != cookies_.end()) {
        *replaced = std::move(cookie);
    } else {
        cookies_.push_back(std::move(cookie));
    }
    std::erase_if(cookies_, [&](const Cookie& old) { return old.has_expired(now_unix_s); });
    if (cookies_.size() > cookies_max) cookies_.erase(cookies_.begin());
}

std::size_t CookieJar::size_bytes() const
{
    constexpr std::size_t joints = 3;  // `=` and `; `
    std::size_t size = 0;
    for (const Cookie& cookie : cookies_) size += cookie.name.size() + cookie.value.size() + joints;
    return size;
}

std::size_t CookieJar::shrink_to(std::size_t size_bytes_max)
{
    const std::size_t before = cookies_.size();
    while (size_bytes() > size_bytes_max) cookies_.erase(cookies_.begin());
    return before - cookies_.size();
}

void CookieJar::append_header_value(std::string& out, const Url& url, std::int64_t now_unix_s) const
{
    if (empty()) return;
    std::vector<const Cookie*> sent;
    for (const auto& cookie : cookies_) {
        const bool is_sent = cookie.host == url.host && matches_path(path_of(url), cookie.path) &&
                             (!cookie.is_secure || url.scheme == Scheme::https) &&
                             !cookie.has_expired(now_unix_s);
        if (is_sent) sent.push_back(&cookie);
    }
    std::ranges::sort(sent, [](const Cookie* a, const Cookie* b) {
        if (a->path.size() != b->path.size()) return a->path.size() > b->path.size();
        return a < b;  // the older one, which is earlier in the list
    });
    for (const auto* cookie : sent) {
        if (cookie != sent.front()) out += "; ";
        out.append(cookie->name).append("=").append(cookie->value);
    }
}

}  // namespace pivot::http
