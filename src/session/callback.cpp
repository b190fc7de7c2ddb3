#include "session/callback.hpp"

#include "base/pass_on.hpp"
#include "exchange/long_answers.hpp"
#include "session/exchange_facts.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot::session {

namespace {

using reactor::Deadline;
using reactor::Task;

void record(const Callback& callback, exchange::Attempts& attempts, const Failure* failure)
{
    DebugFacts facts = facts_of(attempts.request());
    facts.call_id = callback.call_id;
    facts.account_id = callback.account_id;
    facts.kind = callback.kind;
    facts.iteration = callback.iteration;
    facts.failure = failure;
    if (std::string warning = attempts.take_warning(); !warning.empty()) {
        facts.warnings.push_back(std::move(warning));
    }
    callback.sink->add(DebugRecord(facts));
}

// Reads the whole answer, but only for a record.
Task<Result<int>> conclude(exchange::Exchanges& exchanges, const Callback& callback,
                           exchange::Attempts& attempts, Result<http::LentResponse>& response,
                           Result<bool>& followed, Deadline& whole)
{
    Result<int> status;
    if (followed) {
        status = (*response)->status;
    } else {
        status = pass_on(followed);
    }
    if (callback.sink == nullptr || !attempts.request().has_begun()) co_return status;
    exchange::LongAnswers::Pass pass;
    if (status) {
        auto read = co_await make_readable(
            **response, attempts.request().destination().origin, exchanges.long_answers,
            attempts.settings().client().response, attempts.deadline(whole));
        if (read) {
            pass = std::move(*read);
        } else {
            status = pass_on(read);
        }
    }
    record(callback, attempts, status ? nullptr : &status.error());
    co_return status;
}

// Returns nothing if it has been told.
std::optional<Failure> failure_of(const Result<int>& status)
{
    if (!status) return status.error();
    if (*status >= 200 && *status <= 299) return std::nullopt;
    return Failure{Reason::status, Phase::read, fmt::format("the server answered {}", *status), {}};
}

}  // namespace

Task<Result<int>> tell(exchange::Exchanges& exchanges, const Callback& callback,
                       exchange::AttemptsPlan plan, Deadline& deadline)
{
    plan.webhook = {callback.url, callback.method};
    plan.format = callback.format;
    plan.account_id = callback.account_id;
    plan.action_url = callback.action_url;
    plan.headers = callback.headers;
    plan.url_headers = callback.url_headers;
    plan.keeps_headers = plan.is_recorded = callback.sink != nullptr;
    exchange::WrittenContent content(callback.form);
    exchange::Attempts attempts(exchanges, content, plan);
    while (true) {
        auto response = co_await attempts.ask(deadline);
        auto followed = attempts.follow(response, deadline);
        if (followed && *followed) continue;
        auto status =
            co_await conclude(exchanges, callback, attempts, response, followed, deadline);
        auto failure = failure_of(status);
        if (!failure) co_return status;
        const bool is_told_again = co_await attempts.next(*failure, deadline);
        if (!is_told_again) co_return status;
    }
}

}  // namespace pivot::session
