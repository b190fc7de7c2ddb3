#include "session/http_cdr_poster.hpp"

#include "base/clock.hpp"
#include "exchange/exchanges.hpp"
#include "session/exchange_facts.hpp"
#include "session/session_request.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot::session {

reactor::Task<Result<int>> HttpCdrPoster::post(const Cdr& cdr, reactor::Deadline& deadline)
{
    SessionRequest::Content content;
    content.url = cdr.url.substr(0, cdr.url.find('#'));
    content.text = cdr.body;
    content.headers = exchange::idempotency_line(Format::kazoo, cdr.id);
    content.signing = signing_of(exchanges_, cdr.account_id, Format::twiml);
    http::Demands demands;
    demands.keeps_headers = sink_ != nullptr;
    auto request = SessionRequest::make(std::move(content), nullptr, demands, exchanges_);
    if (!request) co_return tl::unexpected(std::move(request.error()));

    const auto began_unix_ms = unix_now_ms();
    const auto asked = co_await (*request)->run(exchanges_, deadline);
    if (sink_ != nullptr) {
        DebugFacts facts = facts_of(**request);
        facts.call_id = cdr.call_id;
        facts.account_id = cdr.account_id;
        facts.kind = DebugKind::cdr;
        facts.at_unix_ms = began_unix_ms;
        if (!asked) facts.failure = &asked.error();
        sink_->add(DebugRecord(facts));
    }
    if (!asked) co_return tl::unexpected(asked.error());
    co_return (*request)->progress().status;
}

}  // namespace pivot::session
