// Where CDRs wait for delivery. They survive a restart, and a server that is down.
//
//     put ─► waiting ─► due: handed out ─┬─► removed
//               ▲                        │
//               └──── failed: later ─────┘        a restart takes back what was handed out
#pragma once

#include "session/cdr.hpp"

#include <pivot/failure.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace pivot::session {

struct SpooledCdr {
    Cdr cdr;
    int attempts = 0;  // failed ones
};

// Which CDRs are wanted.
struct DueQuery {
    std::int64_t now_unix_ms = 0;
    std::size_t cdrs_max = 0;
    std::size_t origin_cdrs_max = 0;           // of one origin, with those that are handed out
    std::vector<std::string> avoided_origins;  // none of these
};

// Takes the CDRs of the calls on one reactor.
class CdrSink {
public:
    using Done = std::function<void(Result<void>)>;

    // `done` is called once, on that reactor: when the CDR is kept, or lost, which is in the log.
    virtual void put(Cdr cdr, Done done) = 0;

protected:
    ~CdrSink() = default;
};

// A spool serves one reactor. `done` is called once, on that reactor, and never from inside the
// call; except for due() it may be empty. Failures have the reason overload and a message that says
// what is wrong.
//
// A failed write is not a failure here, because the spool repeats it until it succeeds. So a CDR is
// neither lost nor, once delivered, handed out again.
class CdrSpool : public CdrSink {
public:
    virtual ~CdrSpool() = default;

    using DueDone = std::function<void(Result<std::vector<SpooledCdr>>)>;

    // Done when a crash cannot lose it. Fails if too many wait already, or when the spool closes.
    // Then the spool's log has the CDR, so that it can be posted by hand.
    void put(Cdr cdr, Done done) override = 0;

    // Hands out CDRs whose time has come, for each origin the longest due first. Origins take
    // turns. A CDR is not handed out again before it has failed and that has been written.
    virtual void due(DueQuery query, DueDone done) = 0;

    // Takes out a CDR that was delivered, or given up.
    virtual void remove(std::string id, Done done) = 0;

    // Makes a CDR due again at that time.
    virtual void failed(std::string id, std::int64_t next_at_unix_ms, Done done) = 0;
};

}  // namespace pivot::session
