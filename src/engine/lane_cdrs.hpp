// The CDRs of a lane's calls, on their way to the host or into the store.
#pragma once

#include "engine/cdr_courier.hpp"
#include "session/cdr_spool.hpp"
#include "store/spool.hpp"

#include <optional>

namespace pivot::engine {

class LaneCdrs final : public session::CdrSink {
public:
    LaneCdrs(unsigned lane, exchange::Exchanges& exchanges, Records& records);

    // A CDR that neither the host takes nor a store keeps is lost, and in the log.
    void put(session::Cdr cdr, Done done) override;

    // No call is in flight. Then the reactor turns until it is idle.
    void close();
    bool is_idle() const { return !courier_ || courier_->is_idle(); }

private:
    Records& records_;
    std::optional<store::Spool> spool_;  // if there is a store
    std::optional<CdrCourier> courier_;  // and if this is lane 0
    bool is_closed_ = false;
};

}  // namespace pivot::engine
