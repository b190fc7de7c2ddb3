#include "session/callbacks.hpp"

#include "exchange/exchanges.hpp"
#include "exchange/redaction.hpp"
#include "exchange/reference.hpp"
#include "http/url.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include <fmt/format.h>

namespace pivot::session {

namespace {

using reactor::Deadline;
using reactor::Task;

// Callbacks of one key keep their order.
std::string key_of(const Callback& callback)
{
    const auto url = exchange::split_fragment(callback.url).url;
    return fmt::format("{} {}", callback.call_id, url);
}

std::string why_not_told(const Result<int>& told)
{
    if (told) return fmt::format("the server answered {}", *told);
    return fmt::format("{}: {}", name(told.error().reason), told.error().message);
}

}  // namespace

Callbacks::Callbacks(exchange::Exchanges& exchanges, const CallbackLimits& limits, Log log)
    : exchanges_(exchanges),
      limits_(limits),
      log_(std::move(log)),
      failures_(limits.failures_known_max),
      closing_(exchanges.reactor, never),
      lanes_running_(exchanges.reactor)
{
}

bool Callbacks::send(Callback callback)
{
    std::string name = limits_.are_in_one_order ? std::string() : origin_of(callback);
    Origin& origin = origins_[name];
    if (closing_.has_expired() || !has_room_for(callback, origin)) {
        ++dropped_;
        exchanges_.tally.callbacks_dropped.add();
        if (origin.lanes == 0) origins_.erase(name);
        log_failure(callback, "dropped, because too many callbacks wait");
        return false;
    }
    const std::size_t size_bytes = callback.size_bytes();
    for (Usage* usage : {&usage_, &origin.usage}) {
        ++usage->callbacks;
        usage->bytes += size_bytes;
    }
    std::string key;
    if (!limits_.are_in_one_order) key = key_of(callback);
    const auto [place, is_new] = queues_.try_emplace(key);
    place->second.push_back(std::move(callback));
    if (!is_new) return true;
    if (origin.lanes == limits_.origin_lanes_max) {
        origin.ready.push_back(std::move(key));
        return true;
    }
    ++origin.lanes;
    lanes_running_.spawn(run(std::move(name), std::move(key), closing_));
    return true;
}

std::string Callbacks::origin_of(const Callback& callback)
{
    const auto url = http::Url::parse(exchange::split_fragment(callback.url).url);
    assert(url);
    return url->origin();
}

bool Callbacks::has_room_for(const Callback& callback, const Origin& origin) const
{
    const std::size_t size_bytes = callback.size_bytes();
    const std::size_t share = limits_.origin_share;
    const std::size_t callbacks_max = std::max<std::size_t>(limits_.waiting_max / share, 1);
    return usage_.has_room_for(size_bytes, limits_.waiting_max, limits_.waiting_bytes_max) &&
           origin.usage.has_room_for(size_bytes, callbacks_max, limits_.waiting_bytes_max / share);
}

void Callbacks::close()
{
    closing_.expire(Reason::cancelled);
}

Task<> Callbacks::settle(Deadline& deadline)
{
    while (usage_.callbacks > 0 && !deadline.has_expired()) co_await settled_.wait(deadline);
}

// A lane: empties one queue after another, as long as the origin has one in `ready`.
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
        Callback callback = std::move(place->second.front());
        place->second.pop_front();
        if (limits_.are_in_one_order) co_await released_.wait(closing);
        auto plan = this->plan();
        const auto told = co_await tell(exchanges_, callback, plan, closing);
        const bool is_taken = told && *told >= 200 && *told <= 299;
        exchange::Tally& tally = exchanges_.tally;
        (is_taken ? tally.callbacks_told : tally.callbacks_failed).add();
        if (!is_taken && !closing.has_expired()) log_failure(callback, why_not_told(told));
        count(origin, callback.size_bytes());
        if (usage_.callbacks == 0) settled_.happen();
    }
    queues_.erase(key);
}

// One of them waits no longer.
void Callbacks::count(const std::string& origin, std::size_t size_bytes)
{
    for (Usage* usage : {&usage_, &origins_.at(origin).usage}) {
        --usage->callbacks;
        usage->bytes -= size_bytes;
    }
}

// Without the query and other places of secrets.
void Callbacks::log_failure(const Callback& callback, std::string_view why)
{
    const std::string_view url = callback.url;
    const std::string_view page = url.substr(0, url.find_first_of("?#"));
    if (!log_ || !failures_.add(fmt::format("{} {}", callback.call_id, page))) return;
    log_(LogLevel::warning, callback.call_id,
         exchange::redact(fmt::format("callback {} failed: {}", page, why)));
}

// A second attempt helps where the server cannot be had, or says that it is busy.
exchange::AttemptsPlan Callbacks::plan() const
{
    using http::RetryOn;
    constexpr auto causes = static_cast<std::uint8_t>(
        static_cast<unsigned>(RetryOn::status_5xx) | static_cast<unsigned>(RetryOn::read_timeout) |
        static_cast<unsigned>(RetryOn::connect_timeout) | exchange::Retry::on_busy |
        exchange::Retry::on_other);
    exchange::AttemptsPlan plan;
    plan.retry = {.retries = static_cast<std::uint8_t>(limits_.attempts_max - 1),
                  .retry_on = causes};
    plan.pauses = {.pause_ns_min = limits_.pause_ns, .pause_ns_max = 2 * limits_.pause_ns};
    plan.attempt_ns_max = limits_.attempt_ns_max;
    return plan;
}

}  // namespace pivot::session
