// Delivers the CDRs in an engine's store, those of earlier engines included, on lane 0.
#pragma once

#include "engine/instruments.hpp"
#include "reactor/deadline.hpp"
#include "reactor/inbox.hpp"
#include "reactor/scope.hpp"
#include "session/cdr_delivery.hpp"
#include "session/http_cdr_poster.hpp"

#include <atomic>

namespace pivot::engine {

class Records;

// On the lane's thread, except where said.
class CdrCourier final : private reactor::Message {
public:
    // `instruments` may be null.
    CdrCourier(session::CdrSpool& spool, exchange::Exchanges& exchanges, Records& records,
               const Instruments* instruments);

    // Looks for work, because a CDR was put. Any thread, as long as the lane is there.
    void wake();

    // Cancels the attempts in flight, whose CDRs stay in the store. Then the reactor turns until it
    // is idle, and the store is closed after that.
    void close();
    const session::CdrCounts& counts() const { return delivery_.counts(); }  // any thread
    bool is_idle() const { return running_.running() == 0; }

private:
    // Tells the journal of a simulated call.
    class Poster final : public session::CdrPoster {
    public:
        Poster(exchange::Exchanges& exchanges, Records& records, const Instruments* instruments);

        reactor::Task<Result<int>> post(const session::Cdr& cdr,
                                        reactor::Deadline& deadline) override;

    private:
        session::HttpCdrPoster poster_;
        const Instruments* const instruments_;
    };

    void deliver() override;

    reactor::Reactor& reactor_;
    Poster poster_;
    session::CdrDelivery delivery_;
    reactor::Deadline closing_;
    reactor::Scope running_;
    std::atomic<bool> is_posted_ = false;
};

}  // namespace pivot::engine
