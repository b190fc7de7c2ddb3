#include "session/callbacks.hpp"

#include "base/clock.hpp"
#include "exchange/exchanges.hpp"
#include "http/url.hpp"
#include "session/exchange_facts.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace pivot::session {

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

Callbacks::Callbacks(exchange::Exchanges& exchanges, const CallbackLimits& limits)
    : exchanges_(exchanges),
      limits_(limits),
      closing_(exchanges.reactor, never),
      lanes_running_(exchanges.reactor)
{
}

bool Callbacks::send(Notice notice)
{
    std::string name = limits_.are_in_one_order ? std::string() : origin_of(notice);
    Origin& origin = origins_[name];
    if (closing_.has_expired() || !has_room_for(notice, origin)) {
        ++dropped_;
        if (origin.lanes == 0) origins_.erase(name);
        return false;
    }
    const std::size_t size_bytes = notice.request->size_bytes();
    for (Usage* usage : {&usage_, &origin.usage}) {
        ++usage->notices;
        usage->bytes += size_bytes;
    }
    std::string key;
    if (!limits_.are_in_one_order) key = notice.call_id + ' ' + notice.url;
    const auto [place, is_new] = queues_.try_emplace(key);
    place->second.push_back(std::move(notice));
    if (!is_new) return true;
    if (origin.lanes == limits_.origin_lanes_max) {
        origin.ready.push_back(std::move(key));
        return true;
    }
    ++origin.lanes;
    lanes_running_.spawn(run(std::move(name), std::move(key), closing_));
    return true;
}

std::string Callbacks::origin_of(const Notice& notice)
{
    const auto url = http::Url::parse(notice.url);
    assert(url);  // its request has been made
    return url->origin();
}

bool Callbacks::has_room_for(const Notice& notice, const Origin& origin) const
{
    const std::size_t size_bytes = notice.request->size_bytes();
    const std::size_t share = limits_.origin_share;
    const std::size_t notices_max = std::max<std::size_t>(limits_.waiting_max / share, 1);
    return usage_.has_room_for(size_bytes, limits_.waiting_max, limits_.waiting_bytes_max) &&
           origin.usage.has_room_for(size_bytes, notices_max, limits_.waiting_bytes_max / share);
}

void Callbacks::close()
{
    closing_.expire(Reason::cancelled);
}

Task<> Callbacks::settle(Deadline& deadline)
{
    while (usage_.notices > 0 && !deadline.has_expired()) co_await settled_.wait(deadline);
}

// A lane: one queue after another, as long as the origin has any that nobody empties.
Task<> Callbacks::run(std::string origin, std::string key, Deadline& closing)
{
    while (true) {
        co_await empty(origin, key, closing);
        Origin& own = origins_.at(origin);
        if (own.ready.empty()) {
            if (--own.lanes == 0) origins_.erase(origin);
            co_return;
        }
        key = std::move(own.ready.front());
        own.ready.pop_front();
    }
}

Task<> Callbacks::empty(const std::string& origin, const std::string& key, Deadline& closing)
{
    while (true) {
        const auto place = queues_.find(key);
        if (place->second.empty()) break;
        Notice notice = std::move(place->second.front());
        place->second.pop_front();
        if (limits_.are_in_one_order) co_await released_.wait(closing);
        co_await tell(notice, closing);
        count(origin, notice.request->size_bytes());
        if (usage_.notices == 0) settled_.happen();
    }
    queues_.erase(key);
}

// One that waits no more.
void Callbacks::count(const std::string& origin, std::size_t size_bytes)
{
    for (Usage* usage : {&usage_, &origins_.at(origin).usage}) {
        --usage->notices;
        usage->bytes -= size_bytes;
    }
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
    notice.request->done_reading();
    co_return may_recover(asked, notice.request->progress().status);
}

}  // namespace pivot::session
