// The request and the answer of one exchange of a call, to see why it went wrong.
// docs/debug-records.md has the fields.
//
// A record holds no secrets: everything in it has been through redaction.hpp.
#pragma once

#include "exchange/request.hpp"

#include <pivot/failure.hpp>
#include <pivot/outcome.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::session {

enum class DebugKind : std::uint8_t { exchange, callback, cdr };

std::string_view name(DebugKind kind);

struct HttpHeader {
    std::string name;
    std::string value;
};

// Everything known about one exchange, secrets included. Members that do not apply are empty.
struct DebugFacts {
    std::string_view call_id;
    std::string_view account_id;
    DebugKind kind = DebugKind::exchange;
    int iteration = 1;
    std::int64_t at_unix_ms = 0;  // when it began

    Exchange exchange;  // status 0: no response came

    std::vector<HttpHeader> request_headers;
    std::string_view request_body;
    std::string signed_url;                        // what the signature covers of the URL
    std::vector<exchange::AskedRequest> requests;  // all, in their order; empty: no redirects
    std::vector<HttpHeader> response_headers;
    std::string_view response_body;
    bool is_given = false;  // that was not asked for: the action brought it along

    const Failure* failure = nullptr;
    std::string branch;                 // the child that the callflow goes on with
    std::vector<std::string> warnings;  // what was wrong with the answer but did no harm

    bool has_whole_requests = false;  // their bodies are not cut
};

class DebugRecord {
public:
    static constexpr std::size_t body_bytes_max = 16 * 1024;  // of each; the rest is left out

    explicit DebugRecord(const DebugFacts& facts);

    const std::string& call_id() const { return call_id_; }
    const std::string& account_id() const { return account_id_; }
    std::int64_t at_unix_ms() const { return at_unix_ms_; }

    // The child that the callflow goes on with. Called once, if the facts had none.
    void note_branch(std::string_view branch);

    // One object, without line breaks.
    const std::string& to_json() const { return json_; }

private:
    std::string call_id_;
    std::string account_id_;
    std::int64_t at_unix_ms_;
    std::string json_;
};

// Where records go. Called on any thread; waits for nothing slower than a lock.
class DebugSink {
public:
    virtual void add(DebugRecord record) = 0;

protected:
    ~DebugSink() = default;
};

}  // namespace pivot::session
