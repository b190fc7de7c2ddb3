#include "http/connection_overrides.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace pivot::http {

namespace {

using Error = tl::unexpected<std::string>;

constexpr std::size_t errors_max = 8;  // more are not told

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
    const auto belongs = [](char c) {
        return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
               c == ',';
    };
    return !text.empty() && std::ranges::all_of(text, belongs);
}

// Writes the value of `key` to where it belongs. The error is a sentence.
tl::expected<void, std::string> read_value(ConnectionOverrides& overrides, std::string_view key,
                                           std::string_view value)
{
    struct Duration {
        std::string_view key;
        std::uint16_t ConnectionOverrides::* duration;
        int ms_max;
    };
    static constexpr Duration durations[] = {
        {"ct", &ConnectionOverrides::connect_ms, 10'000},
        {"rt", &ConnectionOverrides::read_ms, 15'000},
        {"tt", &ConnectionOverrides::total_ms, 15'000},
    };
    for (const auto& [name, duration, ms_max] : durations) {
        if (key != name) continue;
        const auto ms = read_number(key, value, 100, ms_max);
        if (!ms) return Error(ms.error());
        overrides.*duration = static_cast<std::uint16_t>(*ms);
        return {};
    }
    if (key == "rc") {
        const auto retries = read_number(key, value, 0, 5);
        if (!retries) return Error(retries.error());
        overrides.retries = static_cast<std::int8_t>(*retries);
        return {};
    }
    if (key == "rp") {
        const auto causes = read_causes(value);
        if (!causes) return Error(causes.error());
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
    return Error(fmt::format("{} is no connection override", printable(key)));
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
        errors += (count++ == 0 ? "" : "; ") + was_read.error();
    }
    if (!errors.empty()) return Error(std::move(errors));
    return overrides;
}

}  // namespace pivot::http
