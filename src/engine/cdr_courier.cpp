#include "engine/cdr_courier.hpp"

#include "engine/records.hpp"
#include "exchange/exchanges.hpp"
#include "execute/journal.hpp"

namespace pivot::engine {

CdrCourier::Poster::Poster(exchange::Exchanges& exchanges, Records& records,
                           const Instruments* instruments)
    : poster_(exchanges, &records), instruments_(instruments)
{
}

reactor::Task<Result<int>> CdrCourier::Poster::post(const session::Cdr& cdr,
                                                    reactor::Deadline& deadline)
{
    auto status = co_await poster_.post(cdr, deadline);
    if (instruments_ != nullptr) instruments_->journal.post_cdr(cdr, status);
    co_return status;
}

CdrCourier::CdrCourier(session::CdrSpool& spool, exchange::Exchanges& exchanges, Records& records,
                       const Instruments* instruments)
    : reactor_(exchanges.reactor),
      poster_(exchanges, records, instruments),
      delivery_(spool, poster_, reactor_.clock(), {}, records.log()),
      closing_(reactor_, reactor::never),
      running_(reactor_)
{
    running_.spawn(delivery_.run(closing_));
}

void CdrCourier::wake()
{
    if (!is_posted_.exchange(true)) reactor_.post(*this);
}

void CdrCourier::deliver()
{
    is_posted_ = false;
    delivery_.wake();
}

void CdrCourier::close()
{
    closing_.expire(Reason::cancelled);
}

}  // namespace pivot::engine
