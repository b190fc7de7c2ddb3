// The call detail record of a TwiML session: a form, posted to the action's `cdr_url` when the call
// has ended.
//
// Names are those of KAZOO's CHANNEL_DESTROY event, but with Call-ID and Account-ID, which KAZOO
// leaves out, so that a server knows which call it is told about.
#pragma once

#include <pivot/call.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace pivot::session {

// How a call ended. Times are seconds of Unix time.
struct EndOfCall {
    std::string hangup_cause;  // `NORMAL_CLEARING`
    int sip_code = 0;          // 0: unknown
    std::string disposition;   // `ANSWER`; empty: unknown
    std::int64_t started_unix_s = 0;
    std::int64_t answered_unix_s = 0;  // 0: never
    std::int64_t ended_unix_s = 0;
};

struct Cdr {
    std::string id;  // random; the same at every attempt to deliver it
    std::string call_id;
    std::string account_id;
    std::string url;
    std::string body;  // application/x-www-form-urlencoded
    std::int64_t ended_unix_ms = 0;
    bool is_recorded = false;  // each attempt leaves a debug record

    // CDRs of one origin succeed and fail together.
    std::string origin() const;
};

// A line for the log when a CDR is lost; `was_lost` is a clause that says why. It has everything
// that is needed to post the CDR by hand, with secrets redacted.
std::string log_line(const Cdr& cdr, std::string_view was_lost);

Cdr make_cdr(const Call& call, const EndOfCall& end, std::string_view url);

}  // namespace pivot::session
