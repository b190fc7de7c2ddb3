#include "pivot/callbacks.hpp"

#include "base/clock.hpp"
#include "pivot/exchange_facts.hpp"
#include "pivot/exchanges.hpp"

#include <utility>

namespace pivot {

namespace {

using reactor::Deadline;
using reactor::Nanoseconds;
using reactor::Task;

// The server is away, or says that it is busy.
bool may_recover(const Result<void>& asked, int status)
{
    if (!asked) return asked.error().reason != Reason::blocked;
    return status >= 500 || status == 408 || status == 429;
}

}  // namespace

Callbacks::Callbacks(Exchanges& exchanges, const CallbackLimits& limits)
    : exchanges_(exchanges),
      limits_(limits),
      closing_(exchanges.reactor, never),
      lanes_running_(exchanges.reactor)
{
}

void Callbacks::send(Notice notice)
{
    if (waiting_ == limits_.waiting_max || closing_.has_expired()) {
        ++dropped_;
        return;
    }
    ++waiting_;
    std::string key;
    if (!limits_.are_in_one_order) key = notice.call_id + ' ' + notice.url;
    const auto [place, is_new] = queues_.try_emplace(key);
    place->second.push_back(std::move(notice));
    if (is_new) lanes_running_.spawn(run(std::move(key), closing_));
}

void Callbacks::close()
{
    closing_.expire(Reason::cancelled);
}

Task<> Callbacks::settle(Deadline& deadline)
{
    while (waiting_ > 0 && !deadline.has_expired()) co_await settled_.wait(deadline);
}

Task<> Callbacks::run(std::string key, Deadline& closing)
{
    while (true) {
        const auto place = queues_.find(key);
        if (place->second.empty()) break;
        Notice notice = std::move(place->second.front());
        place->second.pop_front();
        if (limits_.are_in_one_order) co_await released_.wait(closing);
        co_await tell(notice, closing);
        if (--waiting_ == 0) settled_.happen();
    }
    queues_.erase(key);
}

Task<> Callbacks::tell(Notice& notice, Deadline& closing)
{
    Nanoseconds pause_ns = limits_.pause_ns;
    for (int left = limits_.attempts_max;; pause_ns *= 2) {
        const bool is_worth_another = co_await attempt(notice, closing);
        if (!is_worth_another || --left == 0 || closing.has_expired()) co_return;
        co_await reactor::Sleep(exchanges_.reactor.now() + pause_ns, closing);
        if (closing.has_expired()) co_return;
    }
}

// Whether another one may end better.
Task<bool> Callbacks::attempt(Notice& notice, Deadline& closing)
{
    const auto began_unix_ms = unix_now_ms();
    Deadline in_time(closing, exchanges_.reactor.now() + limits_.attempt_ns_max);
    const auto asked = co_await notice.request->run(exchanges_, in_time);
    if (notice.sink != nullptr) {
        DebugFacts facts = facts_of(*notice.request);
        facts.call_id = notice.call_id;
        facts.account_id = notice.account_id;
        facts.kind = DebugKind::callback;
        facts.iteration = notice.iteration;
        facts.at_unix_ms = began_unix_ms;
        if (!asked) facts.failure = &asked.error();
        notice.sink->add(DebugRecord(facts));
    }
    co_return may_recover(asked, notice.request->progress().status);
}

}  // namespace pivot
