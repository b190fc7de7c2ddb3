#include "media/freshness.hpp"

#include "base/text.hpp"
#include "http/cookie_date.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include <fmt/format.h>

namespace pivot::media {

namespace {

using std::chrono::seconds;

// Where a server says nothing but when the sound was changed, it is fresh for a tenth of its age
// (RFC 9111, section 4.2.2), and no longer than this.
constexpr std::int64_t guessed_s_max = 24 * 60 * 60;

// More than anybody waits for; the sum of two fits.
constexpr std::int64_t lifetime_s_max = forever.count();

// The directives of Cache-Control.
struct Directives {
    bool has_no_store = false;
    bool has_no_cache = false;
    bool must_revalidate = false;
    std::optional<std::int64_t> max_age_s;
    std::optional<std::int64_t> shared_max_age_s;

    void read(std::string_view directive)
    {
        std::string_view value = directive;
        const std::string_view name = trim(take_until(value, '='));
        if (equals_ignoring_case(name, "no-store") || equals_ignoring_case(name, "private")) {
            has_no_store = true;
        } else if (equals_ignoring_case(name, "no-cache")) {
            has_no_cache = true;
        } else if (equals_ignoring_case(name, "must-revalidate") ||
                   equals_ignoring_case(name, "proxy-revalidate")) {
            must_revalidate = true;
        } else if (equals_ignoring_case(name, "max-age")) {
            max_age_s = seconds_of(value);
        } else if (equals_ignoring_case(name, "s-maxage")) {
            shared_max_age_s = seconds_of(value);
            must_revalidate = true;
        }
    }

private:
    // What cannot be read is stale (section 4.2.1).
    static std::int64_t seconds_of(std::string_view value)
    {
        const std::string_view digits = trim(trim(value), "\"");
        const bool is_number =
            !digits.empty() && std::ranges::all_of(digits, [](char c) { return is_digit(c); });
        if (!is_number) return 0;
        return std::min(parse_number<std::int64_t>(digits).value_or(lifetime_s_max),
                        lifetime_s_max);
    }
};

std::string_view first_of(const http::Response& response, std::string_view name)
{
    const auto values = response.values_of(name);
    return values.empty() ? std::string_view() : values.front();
}

Directives directives_of(const http::Response& response)
{
    Directives directives;
    for (std::string_view list : response.values_of("cache-control")) {
        while (!list.empty()) directives.read(trim(take_until(list, ',')));
    }
    return directives;
}

std::int64_t lifetime_s_of(const http::Response& response, const Directives& directives,
                           std::int64_t date_s)
{
    if (directives.has_no_cache) return 0;
    if (directives.shared_max_age_s) return *directives.shared_max_age_s;
    if (directives.max_age_s) return *directives.max_age_s;
    if (const auto expires = first_of(response, "expires"); !expires.empty()) {
        return http::read_cookie_date(expires).value_or(date_s) - date_s;
    }
    const auto changed_s = http::read_cookie_date(first_of(response, "last-modified"));
    return changed_s ? std::min((date_s - *changed_s) / 10, guessed_s_max) : 0;
}

}  // namespace

std::string Freshness::conditions() const
{
    std::string lines;
    if (!etag.empty()) lines += fmt::format("If-None-Match: {}\r\n", etag);
    if (!last_modified.empty()) lines += fmt::format("If-Modified-Since: {}\r\n", last_modified);
    return lines;
}

Freshness freshness_of(const http::Response& response, std::int64_t unix_now_s)
{
    const Directives directives = directives_of(response);
    const std::int64_t date_s =
        http::read_cookie_date(first_of(response, "date")).value_or(unix_now_s);
    const auto age_s = parse_number<std::int64_t>(first_of(response, "age")).value_or(0);
    const bool varies = trim(first_of(response, "vary")) == "*";

    Freshness freshness;
    freshness.may_be_kept = !directives.has_no_store;
    freshness.may_be_stale = !directives.must_revalidate && !directives.has_no_cache && !varies;
    const std::int64_t lifetime_s = varies ? 0 : lifetime_s_of(response, directives, date_s);
    freshness.lifetime = seconds(std::clamp<std::int64_t>(
        lifetime_s - std::clamp<std::int64_t>(age_s, 0, lifetime_s_max), 0, lifetime_s_max));
    freshness.etag = first_of(response, "etag");
    freshness.last_modified = first_of(response, "last-modified");
    return freshness;
}

}  // namespace pivot::media
