#include "engine/cdr_courier.hpp"

#include "engine/records.hpp"
#include "exchange/exchanges.hpp"

namespace pivot::engine {

CdrCourier::CdrCourier(session::CdrSpool& spool, exchange::Exchanges& exchanges, Records& records)
    : reactor_(exchanges.reactor),
      poster_(exchanges, &records),
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
