// How a customer wants one URL to be requested, written into its fragment, which is never sent.
//
//     https://hooks.example.com/ivr#ct=1000&rt=5000&tt=10000&rc=2&rp=ct,5xx&sni=y&e=ashburn
//                                   connect read    total    retries, upon     place
//
// If a key is repeated, the last one counts. `e`, the place to send the request from, is checked
// but has no effect: an engine is in one place.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace pivot::http {

// The failures that are worth another attempt: bits of ConnectionOverrides::retry_on.
enum class RetryOn : std::uint8_t {
    status_4xx = 1,
    status_5xx = 2,
    connect_timeout = 4,  // no connection in time, or no connection at all
    read_timeout = 8,
    all = 15,
};

struct ConnectionOverrides {
    // Times in milliseconds, at least 100; 0 if they are not given.
    std::uint16_t connect_ms = 0;  // at most 10,000
    std::uint16_t read_ms = 0;     // to the first byte and between bytes; at most 15,000
    std::uint16_t total_ms = 0;    // all attempts together; at most 15,000

    std::int8_t retries = -1;   // after the first attempt, 0 to 5; -1 if not given
    std::uint8_t retry_on = 0;  // 0 if not given
    bool sends_sni = true;

    // Reads the text after the `#`, which may be empty. The error has a sentence for each override
    // that is wrong, at most eight.
    static tl::expected<ConnectionOverrides, std::string> parse(std::string_view fragment);

    friend bool operator==(const ConnectionOverrides&, const ConnectionOverrides&) = default;
};

}  // namespace pivot::http
