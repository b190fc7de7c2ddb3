// The CDRs of a lane's calls, on their way to the host or into the store, or of a simulated call
// to the web server.
#pragma once

#include "engine/cdr_courier.hpp"
#include "engine/instruments.hpp"
#include "session/cdr_spool.hpp"

#include <memory>
#include <optional>

namespace pivot::engine {

class LaneCdrs final : public session::CdrSink {
public:
    // `instruments` may be null.
    LaneCdrs(unsigned lane, exchange::Exchanges& exchanges, Records& records,
             const Instruments* instruments);

    // A CDR that neither the host takes nor a spool keeps is lost, and in the log.
    void put(session::Cdr cdr, Done done) override;

    // No call is in flight. Then the reactor turns until it is idle.
    void close();
    bool is_idle() const { return !courier_ || courier_->is_idle(); }

private:
    Records& records_;
    std::unique_ptr<session::CdrSpool> spool_;  // null: there is neither a store nor an instrument
    std::optional<CdrCourier> courier_;         // if there is a spool, and this is lane 0
    bool is_closed_ = false;
};

}  // namespace pivot::engine
