#include "http/cookie_date.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace pivot::http {

namespace {

bool is_delimiter(char c)
{
    const auto byte = static_cast<unsigned char>(c);
    return byte == 0x09 || (byte >= 0x20 && byte <= 0x2F) || (byte >= 0x3B && byte <= 0x40) ||
           (byte >= 0x5B && byte <= 0x60) || (byte >= 0x7B && byte <= 0x7E);
}

struct Time {
    int hour;
    int minute;
    int second;
};

// Removes a number of `digits_min` to `digits_max` digits from the front of `text`. Returns nothing
// if the text begins with fewer or more digits.
std::optional<int> take_number(std::string_view& text, std::size_t digits_min,
                               std::size_t digits_max)
{
    const auto digits =
        static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
    if (digits < digits_min || digits > digits_max) return std::nullopt;
    int number = 0;
    for (const char digit : text.substr(0, digits)) number = 10 * number + (digit - '0');
    text.remove_prefix(digits);
    return number;
}

std::optional<Time> read_time(std::string_view token)
{
    std::array<int, 3> parts{};
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i > 0) {
            if (!token.starts_with(':')) return std::nullopt;
            token.remove_prefix(1);
        }
        const auto number = take_number(token, 1, 2);
        if (!number) return std::nullopt;
        parts[i] = *number;
    }
    return Time{parts[0], parts[1], parts[2]};
}

std::optional<int> read_month(std::string_view token)
{
    constexpr std::string_view months = "janfebmaraprmayjunjulaugsepoctnovdec";
    for (std::size_t at = 0; at < months.size(); at += 3) {
        if (equals_ignoring_case(token.substr(0, 3), months.substr(at, 3))) {
            return static_cast<int>(at / 3 + 1);
        }
    }
    return std::nullopt;
}

// What a token is depends on what is still missing: time, day, month and year, in this order.
struct Parts {
    std::optional<Time> time;
    std::optional<int> day;
    std::optional<int> month;
    std::optional<int> year;

    void read(std::string_view token)
    {
        if (!time && (time = read_time(token))) return;
        auto rest = token;
        if (!day && (day = take_number(rest, 1, 2))) return;
        if (!month && (month = read_month(token))) return;
        rest = token;
        if (!year) year = take_number(rest, 2, 4);
    }
};

int whole_year(int year)
{
    if (year >= 70 && year <= 99) return year + 1900;
    if (year <= 69) return year + 2000;
    return year;
}

}  // namespace

std::optional<std::int64_t> read_cookie_date(std::string_view text)
{
    Parts parts;
    while (!text.empty()) {
        const auto size =
            static_cast<std::size_t>(std::ranges::find_if(text, is_delimiter) - text.begin());
        if (size > 0) parts.read(text.substr(0, size));
        text.remove_prefix(std::min(size + 1, text.size()));
    }
    const auto& [time, day, month, year] = parts;
    if (!time || !day || !month || !year || whole_year(*year) < 1601) return std::nullopt;
    if (time->hour > 23 || time->minute > 59 || time->second > 59) return std::nullopt;

    const std::chrono::year_month_day date{std::chrono::year(whole_year(*year)),
                                           std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok()) return std::nullopt;
    const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
    return ((days * 24 + time->hour) * 60 + time->minute) * 60 + time->second;
}

}  // namespace pivot::http
