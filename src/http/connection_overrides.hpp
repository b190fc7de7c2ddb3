// How a customer wants one URL to be asked, written into its fragment, which is never sent.
//
//     https://hooks.example.com/ivr#ct=1000&rt=5000&tt=10000&rc=2&rp=ct,5xx&sni=y&e=ashburn
//                                   connect read    total    retries, upon     place
//
// A key that comes twice counts as it comes last. `e`, the place to ask from, is checked and means
// nothing here: an engine is in one place.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace pivot::http {

// What is worth another attempt: bits of ConnectionOverrides::retry_on.
enum class RetryOn : std::uint8_t {
    status_4xx = 1,
    status_5xx = 2,
    connect_timeout = 4,  // no connection in time, or none at all
    read_timeout = 8,
    all = 15,
};

struct ConnectionOverrides {
    std::uint16_t connect_ms = 0;  // 100 to 10000; 0: not given
    std::uint16_t read_ms = 0;   // to the first byte and between bytes; 100 to 15000; 0: not given
    std::uint16_t total_ms = 0;  // all attempts together; 100 to 15000; 0: not given
    std::int8_t retries = -1;    // behind the first attempt; 0 to 5; -1: not given
    std::uint8_t retry_on = 0;   // 0: not given
    bool sends_sni = true;

    bool retries_on(RetryOn cause) const
    {
        return (retry_on & static_cast<std::uint8_t>(cause)) != 0;
    }

    // What is behind the `#`, which may be nothing. The error is a sentence for each that is wrong,
    // eight at most.
    static tl::expected<ConnectionOverrides, std::string> parse(std::string_view fragment);

    friend bool operator==(const ConnectionOverrides&, const ConnectionOverrides&) = default;
};

}  // namespace pivot::http
