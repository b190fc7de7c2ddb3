// How one pivot ended.
#pragma once

#include <pivot/action.hpp>
#include <pivot/failure.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace pivot {

// Microseconds. Zero: the phase was not needed (a pooled connection, a literal address, plain
// HTTP).
struct Timings {
    std::int64_t dns = 0;
    std::int64_t connect = 0;
    std::int64_t tls = 0;
    std::int64_t first_byte = 0;  // from the start of the exchange
    std::int64_t total = 0;       // from the start of the exchange
};

// What was asked and what answered. URLs carry no credentials.
struct Exchange {
    Method method = Method::get;
    std::string url;           // the first one asked, parameters included
    std::string final_url;     // empty: no redirect was followed
    int status = 0;            // 0: no response came
    std::string content_type;  // as the server spelled it
    int redirects = 0;
    bool was_reused = false;  // over a pooled connection
    std::string address;      // `192.0.2.7:443`, `[2001:db8::7]:443`; empty: none was reached
    Timings timings_us;
};

enum class OutcomeKind : std::uint8_t { processed, failed, skipped };

PIVOT_API std::string_view name(OutcomeKind kind);

struct PIVOT_API Outcome {
    OutcomeKind kind = OutcomeKind::failed;
    std::string call_id;
    std::string next;                // JSON text of the node to go on with; empty: none
    std::optional<Failure> failure;  // of failed
    int iteration = 1;
    std::chrono::nanoseconds elapsed{0};
    Format format = Format::kazoo;     // of processed: what the server answered with
    std::string flow;                  // of processed: JSON text, defaults written in
    std::optional<Exchange> exchange;  // none: nothing was asked

    // The child key that the callflow goes on with: `_`, or empty after processed.
    std::string_view branch() const { return kind == OutcomeKind::processed ? "" : "_"; }

    // The one JSON object that `pivot run` prints (docs/command-line.md), without line breaks.
    std::string to_json() const;
};

}  // namespace pivot
