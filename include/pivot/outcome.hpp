// How one pivot ended: as a value to keep, and as it is shown while it is delivered.
#pragma once

#include <pivot/action.hpp>
#include <pivot/failure.hpp>

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

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

// The child key that the callflow goes on with: `_`, or empty after processed.
constexpr std::string_view branch_after(OutcomeKind kind)
{
    return kind == OutcomeKind::processed ? "" : "_";
}

struct PIVOT_API Outcome {
    OutcomeKind kind = OutcomeKind::failed;
    std::string call_id;
    std::string next;                // JSON text of the node to go on with; empty: none
    std::optional<Failure> failure;  // of failed
    int iteration = 1;
    std::chrono::nanoseconds elapsed{0};
    Format format = Format::kazoo;     // of processed: what the server answered with
    std::string flow;                  // of kazoo: JSON text, defaults written in
    std::optional<Exchange> exchange;  // none: nothing was asked

    // Of twiml: a JSON array, an object for each verb (docs/command-line.md).
    std::string verbs;

    // What is wrong with the action or the answer and did no harm: what was skipped, replaced or is
    // not read. `at` is a JSON pointer, in twiml `LINE:COLUMN`.
    std::vector<Breach> warnings;

    std::string_view branch() const { return branch_after(kind); }

    // The one JSON object that `pivot run` prints (docs/command-line.md), without line breaks.
    std::string to_json() const;
};

// The exchange of an outcome that is being delivered. Texts are put together when they are asked
// for: most calls are over without anybody looking.
class PIVOT_API ExchangeView {
public:
    virtual const Timings& timings_us() const = 0;
    virtual int status() const = 0;  // 0: no response came
    virtual bool was_reused() const = 0;
    virtual Exchange to_exchange() const = 0;

protected:
    ~ExchangeView() = default;
};

// An outcome while it is delivered: nothing is copied. All that it shows lives until the callback
// returns; what shall live longer is converted to an Outcome.
struct PIVOT_API OutcomeView {
    OutcomeKind kind = OutcomeKind::failed;
    std::string_view call_id;
    std::string_view next;
    const Failure* failure = nullptr;  // of failed
    int iteration = 1;
    std::chrono::nanoseconds elapsed{0};
    Format format = Format::kazoo;           // of processed
    std::string_view flow;                   // of kazoo
    const ExchangeView* exchange = nullptr;  // null: nothing was asked
    std::string_view verbs;                  // of twiml
    std::span<const Breach> warnings;

    std::string_view branch() const { return branch_after(kind); }

    operator Outcome() const;
};

}  // namespace pivot
