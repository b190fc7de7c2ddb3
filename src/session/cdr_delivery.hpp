// Takes CDRs out of the spool and posts them until they are delivered, each at least once.
//
//     spool ── due ──► attempt ─┬─ 2xx ──────────────────► removed
//               ▲               ├─ too old ──────────────► removed, and a line in the log
//               └── back-off ◄──┴─ else
//
// A server that is down delays only its own CDRs: its origin is left alone for as long as its last
// failures suggest, and has no more than a share of the attempts in flight.
#pragma once

#include "base/counter.hpp"
#include "base/log.hpp"
#include "reactor/clock.hpp"
#include "reactor/deadline.hpp"
#include "reactor/scope.hpp"
#include "reactor/task.hpp"
#include "reactor/wait.hpp"
#include "session/cdr_spool.hpp"

#include <pivot/failure.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <string>
#include <string_view>

namespace pivot::session {

// Posts one CDR, with its id as Idempotency-Key. Yields the status that came in the end.
class CdrPoster {
public:
    virtual reactor::Task<Result<int>> post(const Cdr& cdr, reactor::Deadline& deadline) = 0;

protected:
    ~CdrPoster() = default;
};

struct CdrDeliveryConfig {
    std::size_t in_flight_max = 16;
    std::size_t origin_in_flight_max = 4;
    std::chrono::milliseconds attempt_max{10'000};
    std::chrono::milliseconds backoff_min{
        1'000};  // doubled with each failure; a fifth more or less
    std::chrono::milliseconds backoff_max{std::chrono::hours(1)};
    std::chrono::milliseconds age_max{std::chrono::days(7)};  // since the call ended

    // While nothing is put and no retry is due, the spool is looked at less and less often, because
    // then only CDRs of an earlier process become due.
    std::chrono::milliseconds look_after_min{1'000};  // doubled with each look that finds nothing
    std::chrono::milliseconds look_after_max{60'000};
};

struct CdrCounts {
    Counter delivered;
    Counter failed;  // attempts
    Counter given_up;
};

// One per engine: the spool hands a CDR out once.
class CdrDelivery {
public:
    CdrDelivery(CdrSpool& spool, CdrPoster& poster, const reactor::Clock& clock,
                const CdrDeliveryConfig& config, Log log);

    // Runs until `closing` expires. Then it cancels the attempts in flight, whose CDRs stay in the
    // spool.
    reactor::Task<> run(reactor::Deadline& closing);

    // Looks for work now, because a CDR was put. On the reactor's thread.
    void wake();

    // Any thread.
    const CdrCounts& counts() const { return counts_; }

private:
    // The state of an origin that has failed.
    struct Trouble {
        unsigned failures = 0;  // in a row
        std::int64_t until_unix_ms = 0;
    };

    reactor::Task<std::size_t> start_due(reactor::Scope& attempts, reactor::Deadline& closing);
    reactor::Task<> attempt(SpooledCdr spooled, reactor::Deadline& closing);
    reactor::Task<> wait_for_work(reactor::Deadline& closing);
    std::chrono::milliseconds next_look();
    DueQuery query();
    void conclude(const SpooledCdr& spooled, const Result<int>& status);
    void give_up(const Cdr& cdr, const std::string& why);
    void retry(const SpooledCdr& spooled, bool is_origin_in_trouble);
    std::chrono::milliseconds backoff(unsigned failures);

    CdrSpool& spool_;
    CdrPoster& poster_;
    const reactor::Clock& clock_;
    const CdrDeliveryConfig config_;
    const Log log_;
    std::map<std::string, Trouble, std::less<>> troubles_;  // by origin
    std::multiset<std::int64_t> retries_unix_ms_;           // when there is something to try again
    std::chrono::milliseconds look_after_;
    std::minstd_rand random_{std::random_device()()};
    reactor::Event work_;
    CdrCounts counts_;
    bool has_work_ = false;
    bool cannot_read_ = false;
    std::size_t in_flight_ = 0;
};

}  // namespace pivot::session
