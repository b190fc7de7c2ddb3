// Where CDRs wait until they are delivered: they survive a restart, and a server that is down.
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
    int attempts = 0;  // that failed
};

// Which CDRs are wanted.
struct DueQuery {
    std::int64_t now_unix_ms = 0;
    std::size_t cdrs_max = 0;
    std::size_t origin_cdrs_max = 0;           // of one origin, with those that are handed out
    std::vector<std::string> avoided_origins;  // none of these
};

// Of one reactor. `done` is called once, on that reactor, and never from inside the call; where
// nobody wants to know it is empty, but that of due(). Failures have the reason overload and a
// message that says what is wrong.
//
// A write that fails is not a failure here: the spool tries again until it succeeds. So nobody else
// has to, and a CDR is neither lost nor, once delivered, handed out again.
class CdrSpool {
public:
    using Done = std::function<void(Result<void>)>;
    using DueDone = std::function<void(Result<std::vector<SpooledCdr>>)>;

    // Done when a crash cannot lose it. It fails where too many wait already, or when the spool
    // closes: then the spool's log has the CDR, so that it can be posted by hand.
    virtual void put(Cdr cdr, Done done) = 0;

    // Those whose time has come, the longest due of each origin first. Origins take turns. They are
    // not handed out again before they have failed, and that is written.
    virtual void due(DueQuery query, DueDone done) = 0;

    // It was delivered, or is given up.
    virtual void remove(std::string id, Done done) = 0;

    // It is due again at that time.
    virtual void failed(std::string id, std::int64_t next_at_unix_ms, Done done) = 0;

protected:
    ~CdrSpool() = default;
};

}  // namespace pivot::session
