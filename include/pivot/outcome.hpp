// How a pivot ended: as a value to keep, and as a view while it is delivered.
#pragma once

#include <pivot/action.hpp>
#include <pivot/failure.hpp>

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::inline v1 {

// Durations in microseconds. A phase that was not needed took 0: DNS of a literal address, connect
// and TLS of a pooled connection, TLS of plain HTTP.
struct Timings {
    std::int64_t dns = 0;
    std::int64_t connect = 0;
    std::int64_t tls = 0;

    // From the start of the exchange to the first byte of the final response.
    std::int64_t first_byte = 0;

    // From the start of the exchange to its end.
    std::int64_t total = 0;
};

// The request and its response. URLs have their credentials removed.
struct Exchange {
    // The method of the first request.
    Method method = Method::get;

    // The first URL requested, parameters included.
    std::string url;

    // The last URL requested; empty if no redirect was followed.
    std::string final_url;

    // The HTTP status, or 0 if no response came.
    int status = 0;

    // The Content-Type of the response, as the server spelled it.
    std::string content_type;

    // How many redirects were followed.
    int redirects = 0;

    // True if the last request used a pooled connection.
    bool was_reused = false;

    // The server's address, `192.0.2.7:443` or `[2001:db8::7]:443`; empty if none was reached.
    std::string address;

    Timings timings_us;
};

// Processed: the answer is valid. Failed: there is a Failure, and the callflow continues with `_`.
// Skipped: the action says so (`skip_module`), and nothing was requested.
enum class OutcomeKind : std::uint8_t { processed, failed, skipped };

PIVOT_API std::string_view name(OutcomeKind kind);

// The key of the child with which the callflow continues: `_`, or empty after `processed`.
constexpr std::string_view branch_after(OutcomeKind kind)
{
    return kind == OutcomeKind::processed ? "" : "_";
}

struct PIVOT_API Outcome {
    OutcomeKind kind = OutcomeKind::failed;

    // The `call_id` of the call.
    std::string call_id;

    // JSON text of the node with which the callflow continues; empty if there is none.
    std::string next;

    // Set exactly if `kind` is failed.
    std::optional<Failure> failure;

    // The iteration of the request.
    int iteration = 1;

    // From start() to this outcome.
    std::chrono::nanoseconds elapsed{0};

    // What the server answered with, if `kind` is processed.
    Format format = Format::kazoo;

    // The callflow of a kazoo answer: JSON text with every default written in. Else empty.
    std::string flow;

    // Unset if nothing was requested.
    std::optional<Exchange> exchange;

    // The verbs of a twiml answer: a JSON array with an object for each verb
    // (docs/command-line.md). Else empty.
    std::string verbs;

    // Harmless mistakes in the action or the answer: what was skipped, replaced or ignored. `at` is
    // a JSON pointer, or `LINE:COLUMN` in TwiML.
    std::vector<Breach> warnings;

    // The first element of a twiml answer that is unknown and skipped; a verb goes before elements
    // within verbs. Unset if there is none.
    std::optional<Breach> unknown_element;

    // Whether it is a verb.
    bool has_unknown_verbs = false;

    std::string_view branch() const { return branch_after(kind); }

    // The JSON object that `pivot run` prints (docs/command-line.md), on one line.
    std::string to_json() const;
};

// The exchange of an outcome that is being delivered. Its texts are only assembled on request,
// because most calls end without anybody looking at them.
class PIVOT_API ExchangeView {
public:
    virtual const Timings& timings_us() const = 0;

    // The HTTP status, or 0 if no response came.
    virtual int status() const = 0;

    // True if the last request used a pooled connection.
    virtual bool was_reused() const = 0;

    // A copy to keep.
    virtual Exchange to_exchange() const = 0;

protected:
    ~ExchangeView() = default;
};

// An outcome while it is delivered. It copies nothing: all that it refers to is valid until the
// callback returns. Convert it to an Outcome to keep it. The members are those of Outcome.
struct PIVOT_API OutcomeView {
    OutcomeKind kind = OutcomeKind::failed;
    std::string_view call_id;
    std::string_view next;
    const Failure* failure = nullptr;  // null unless `kind` is failed
    int iteration = 1;
    std::chrono::nanoseconds elapsed{0};
    Format format = Format::kazoo;
    std::string_view flow;
    const ExchangeView* exchange = nullptr;  // null if nothing was requested
    std::string_view verbs;
    std::span<const Breach> warnings;
    const Breach* unknown_element = nullptr;  // null if there is none
    bool has_unknown_verbs = false;

    std::string_view branch() const { return branch_after(kind); }

    operator Outcome() const;
};

}  // namespace pivot::inline v1
