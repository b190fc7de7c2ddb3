// Why a pivot did not end well: a value, never an exception.
#pragma once

#include <pivot/export.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

namespace pivot {

// What went wrong. The names are a contract: results, logs, metrics and the C ABI carry them.
// Values are appended, never renumbered.
enum class Reason : std::uint8_t {
    bad_action,        // the action's data breaks its schema
    blocked,           // the address policy said no
    dns,               // the name did not resolve
    connect,           // refused, unreachable, reset before the request was sent
    tls,               // handshake or certificate verification
    timeout,           // the deadline passed
    closed,            // the peer closed before a whole response
    protocol,          // what came was not HTTP/1.1
    too_large,         // headers or body over the limit
    redirect,          // too many, or not followable
    status,            // a final status that is not 2xx
    content_type,      // no translator knows it
    invalid_json,      // not JSON, trailing data, not UTF-8, too deep
    invalid_callflow,  // JSON, but not a valid flow
    invalid_twiml,     // not a TwiML document
    cancelled,         // the caller hung up, or the host cancelled
    overload,          // a limit was reached: on calls in flight, connections or lookups
};

// Where in the exchange it happened.
enum class Phase : std::uint8_t { queue, dns, connect, tls, send, wait, read, parse };

PIVOT_API std::string_view name(Reason reason);
PIVOT_API std::string_view name(Phase phase);

// One breach of a schema. `at` is a JSON pointer (RFC 6901) to the value that is wrong or to the
// key that is missing; the root is the empty pointer. `error` is a sentence without a full stop.
struct Breach {
    std::string at;
    std::string error;
};

struct Failure {
    Reason reason;
    Phase phase;
    std::string message;         // for a human: "connect 192.0.2.7:443: connection refused"
    std::vector<Breach> errors;  // of bad_action, invalid_callflow and invalid_twiml
};

template <typename Value>
using Result = tl::expected<Value, Failure>;

inline tl::unexpected<Failure> fail(Reason reason, Phase phase, std::string message,
                                    std::vector<Breach> errors = {})
{
    return tl::unexpected<Failure>({reason, phase, std::move(message), std::move(errors)});
}

}  // namespace pivot
