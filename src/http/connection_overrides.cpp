#include "http/connection_overrides.hpp"

#include "base/pass_on.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace pivot::http {

namespace {

using Error = tl::unexpected<std::string>;

constexpr std::size_t errors_max = 8;  // more are not reported

tl::expected<int, std::string> read_number(std::string_view key, std::string_view text, int min,
                                           int max)
{
    int number = 0;
    const auto* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || rest != end || number < min || number > max) {
        return Error(fmt::format("the connection override {} is not a number from {} to {}: {}",
                                 key, min, max, printable(text)));
    }
    return number;
}

std::optional<RetryOn> read_cause(std::string_view text)
{
    if (text == "4xx") return RetryOn::status_4xx;
    if (text == "5xx") return RetryOn::status_5xx;
    if (text == "ct") return RetryOn::connect_timeout;
    if (text == "rt") return RetryOn::read_timeout;
    if (text == "all") return RetryOn::all;
    return std::nullopt;
}

tl::expected<std::uint8_t, std::string> read_causes(std::string_view list)
{
    std::uint8_t causes = 0;
    do {
        const auto text = take_until(list, ',');
        const auto cause = read_cause(text);
        if (!cause) {
            return Error(
                fmt::format("the connection override rp is not a list of 4xx, 5xx, ct, rt and "
                            "all: {}",
                            printable(text)));
        }
        causes |= static_cast<std::uint8_t>(*cause);
    } while (!list.empty());
    return causes;
}

bool is_list_of_places(std::string_view text)
{
    const auto belongs = [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == ','; };
    return !text.empty() && std::ranges::all_of(text, belongs);
}

// The keys whose values are numbers.
template <typename Number>
struct Field {
    std::string_view key;
    Number ConnectionOverrides::* number;
    int min;
    int max;
};

constexpr Field<std::uint16_t> durations[] = {
    {"ct", &ConnectionOverrides::connect_ms, 100, 10'000},
    {"rt", &ConnectionOverrides::read_ms, 100, 15'000},
    {"tt", &ConnectionOverrides::total_ms, 100, 15'000},
};
constexpr Field<std::int8_t> retries = {"rc", &ConnectionOverrides::retries, 0, 5};

template <typename Number>
tl::expected<void, std::string> read_field(ConnectionOverrides& overrides,
                                           const Field<Number>& field, std::string_view value)
{
    const auto number = read_number(field.key, value, field.min, field.max);
    if (!number) return pass_on(number);
    overrides.*field.number = static_cast<Number>(*number);
    return {};
}

// Stores the value of `key`. The error is a sentence.
tl::expected<void, std::string> read_value(ConnectionOverrides& overrides, std::string_view key,
                                           std::string_view value)
{
    for (const auto& duration : durations) {
        if (key == duration.key) return read_field(overrides, duration, value);
    }
    if (key == retries.key) return read_field(overrides, retries, value);
    if (key == "rp") {
        const auto causes = read_causes(value);
        if (!causes) return pass_on(causes);
        overrides.retry_on = *causes;
        return {};
    }
    if (key == "sni") {
        if (value != "y" && value != "n") return Error("the connection override sni is not y or n");
        overrides.sends_sni = value == "y";
        return {};
    }
    if (key == "e") {
        if (is_list_of_places(value)) return {};
        return Error("the connection override e is not a list of places");
    }
    return Error(fmt::format("{} is not a connection override", printable(key)));
}

}  // namespace

tl::expected<ConnectionOverrides, std::string> ConnectionOverrides::parse(std::string_view fragment)
{
    ConnectionOverrides overrides;
    std::string errors;
    for (std::size_t count = 0; !fragment.empty() && count < errors_max;) {
        auto value = take_until(fragment, '&');
        const auto key = take_until(value, '=');
        const auto was_read = read_value(overrides, key, value);
        if (was_read) continue;
        if (!errors.empty()) errors += "; ";
        errors += was_read.error();
        ++count;
    }
    if (!errors.empty()) return Error(std::move(errors));
    return overrides;
}

}  // namespace pivot::http
