#include "session/http_cdr_poster.hpp"

#include "exchange/exchanges.hpp"
#include "exchange/idempotency.hpp"
#include "session/callback.hpp"

#include <string>
#include <utility>

namespace pivot::session {

reactor::Task<Result<int>> HttpCdrPoster::post(const Cdr& cdr, reactor::Deadline& deadline)
{
    Callback callback;
    callback.url = cdr.url;
    callback.form = cdr.body;
    callback.call_id = cdr.call_id;
    callback.account_id = cdr.account_id;
    callback.kind = DebugKind::cdr;
    if (cdr.is_recorded) callback.sink = sink_;
    const std::string idempotency = exchange::idempotency_line(Format::kazoo, cdr.id);
    exchange::AttemptsPlan plan;
    plan.idempotency = idempotency;
    plan.retry = exchange::Retry{};  // the delivery tries again later
    co_return co_await tell(exchanges_, callback, plan, deadline);
}

}  // namespace pivot::session
