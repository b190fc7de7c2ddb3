// What was asked and answered in one exchange of a call, for whoever wants to see why it went
// wrong. docs/debug-records.md has the fields.
//
// A record holds no secret (redaction.hpp): all that it was made of went through that on its way
// in.
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

// All that is known of one exchange, as it was, secrets included. What does not apply is empty.
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

    const Failure* failure = nullptr;
    std::string branch;                 // the child that the callflow goes on with
    std::vector<std::string> warnings;  // what was wrong with the answer and did not matter

    bool has_whole_requests = false;  // their bodies are not cut
};

class DebugRecord {
public:
    static constexpr std::size_t body_bytes_max = 16 * 1024;  // of each; what is behind is left out

    explicit DebugRecord(const DebugFacts& facts);

    const std::string& call_id() const { return call_id_; }
    const std::string& account_id() const { return account_id_; }
    std::int64_t at_unix_ms() const { return at_unix_ms_; }

    // The child that the callflow goes on with; once, and where the facts had none.
    void note_branch(std::string_view branch);

    // One object, without line breaks.
    const std::string& to_json() const { return json_; }

private:
    std::string call_id_;
    std::string account_id_;
    std::int64_t at_unix_ms_;
    std::string json_;
};

// Where records go. Any thread; never waits for anything slower than a lock.
class DebugSink {
public:
    virtual void add(DebugRecord record) = 0;

protected:
    ~DebugSink() = default;
};

}  // namespace pivot::session
