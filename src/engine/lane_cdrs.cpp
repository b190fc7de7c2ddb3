#include "engine/lane_cdrs.hpp"

#include "engine/records.hpp"
#include "exchange/exchanges.hpp"
#include "session/memory_spool.hpp"
#include "store/spool.hpp"

#include <utility>

namespace pivot::engine {

namespace {

CdrView view_of(const session::Cdr& cdr)
{
    return {.id = cdr.id,
            .url = cdr.url,
            .form = cdr.body,
            .call_id = cdr.call_id,
            .account_id = cdr.account_id};
}

}  // namespace

LaneCdrs::LaneCdrs(unsigned lane, exchange::Exchanges& exchanges, Records& records,
                   const Instruments* instruments)
    : records_(records)
{
    if (records.store() != nullptr) {
        spool_ = std::make_unique<store::Spool>(*records.store(), exchanges.reactor);
    } else if (instruments != nullptr) {
        spool_ = std::make_unique<session::MemorySpool>(exchanges.reactor);
    }
    if (!spool_ || lane != 0) return;
    courier_.emplace(*spool_, exchanges, records, instruments);
    records.set_courier(*courier_);
}

void LaneCdrs::put(session::Cdr cdr, Done done)
{
    Sinks& host = records_.host();
    const bool is_the_hosts = host.takes_cdrs() && host.cdr(view_of(cdr));
    if (is_the_hosts) return done({});
    if (!spool_) {
        const auto line =
            log_line(cdr, "is lost: the host does not take it, and there is no store");
        records_.log()(LogLevel::error, cdr.call_id, line);
        records_.note_lost_cdr();
        return done({});
    }
    // A reply may come when lane 0, with its courier, is gone already.
    const auto put = [this, done = std::move(done)](const Result<void>& kept) {
        if (!kept) records_.note_lost_cdr();
        if (kept && !is_closed_) records_.courier()->wake();
        done(kept);
    };
    spool_->put(std::move(cdr), put);
}

void LaneCdrs::close()
{
    is_closed_ = true;
    if (courier_) courier_->close();
}

}  // namespace pivot::engine
