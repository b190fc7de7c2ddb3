// Whether a URL that failed is asked once more.
#pragma once

#include "base/backoff.hpp"
#include "http/connection_overrides.hpp"

#include <pivot/action.hpp>
#include <pivot/failure.hpp>

#include <cstdint>

namespace pivot::exchange {

// Pauses between the attempts at something that a caller waits for.
inline constexpr Backoff between_attempts = {.pause_ns_min = 100'000'000,
                                             .pause_ns_max = 1'000'000'000};

struct Retry {
    // Causes besides those that a URL can name (http::RetryOn).
    static constexpr std::uint8_t on_busy = 16;   // 408 and 429
    static constexpr std::uint8_t on_other = 32;  // failures of a server or a network

    std::uint8_t retries = 0;   // after the first attempt
    std::uint8_t retry_on = 0;  // bits of http::RetryOn, and those above

    // By default TwiML is asked once more if no connection came about.
    static Retry by_default(Format format);

    // As a URL wants it instead.
    Retry with(const http::ConnectionOverrides& overrides) const;

    // Whether the failure has one of these causes. `status` is the response's; 0 if none came.
    bool is_worth_another(const Failure& failure, int status) const;
};

}  // namespace pivot::exchange
