// Why a pivot failed: a value, never an exception.
#pragma once

#include <pivot/export.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

namespace pivot::inline v1 {

// What went wrong. The names are a contract: results, logs, metrics and the C ABI carry them. New
// values are appended, and none is renumbered.
enum class Reason : std::uint8_t {
    bad_action,        // the action's data does not match its schema
    blocked,           // the address policy denied the host or the address
    dns,               // the host name could not be resolved
    connect,           // refused, unreachable, or reset before the request was sent
    tls,               // the handshake or the certificate's verification failed
    timeout,           // the deadline passed
    closed,            // the peer closed before the response was complete
    protocol,          // the response was not HTTP/1.1
    too_large,         // headers or body over their limit
    redirect,          // too many, or one that cannot be followed
    status,            // a final status other than 2xx
    content_type,      // no translator reads it
    invalid_json,      // not JSON, followed by other data, not UTF-8, or too deep
    invalid_callflow,  // JSON, but not a valid callflow
    invalid_twiml,     // not a TwiML document
    cancelled,         // the caller hung up, or the host cancelled
    overload,          // a limit was reached: on calls in flight, connections or lookups
};

// Where in the exchange it happened.
enum class Phase : std::uint8_t { queue, dns, connect, tls, send, wait, read, parse };

// The enumerator's name, such as "bad_action".
PIVOT_API std::string_view name(Reason reason);
PIVOT_API std::string_view name(Phase phase);

// One mistake in a document.
struct Breach {
    // A JSON pointer (RFC 6901) to the value that is wrong or to the key that is missing, empty for
    // the root; in TwiML `LINE:COLUMN`, both from 1, the column in bytes.
    std::string at;

    // A sentence without a full stop: "expected a boolean, found 1".
    std::string error;
};

struct Failure {
    Reason reason;
    Phase phase;

    // For a human: "connect 192.0.2.7:443: connection refused".
    std::string message;

    // Every mistake found, for bad_action, invalid_callflow, invalid_twiml and a call of the wrong
    // shape. Else empty.
    std::vector<Breach> errors;
};

template <typename Value>
using Result = tl::expected<Value, Failure>;

inline tl::unexpected<Failure> fail(Reason reason, Phase phase, std::string message,
                                    std::vector<Breach> errors = {})
{
    return tl::unexpected<Failure>({reason, phase, std::move(message), std::move(errors)});
}

}  // namespace pivot::inline v1
