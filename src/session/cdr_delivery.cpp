#include "session/cdr_delivery.hpp"

#include "base/text.hpp"
#include "http/status.hpp"
#include "reactor/reactor.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace pivot::session {

using reactor::Deadline;
using reactor::Reactor;
using reactor::Scope;
using reactor::Task;

namespace {

using Cdrs = std::vector<SpooledCdr>;

// An answer of the spool, and the coroutine that waits for it.
struct DueAnswer {
    reactor::Event has_come;
    std::optional<Result<Cdrs>> cdrs;
};

// Nothing ends this wait, because the spool always answers, and CDRs that it hands out have to be
// given back.
Task<Result<Cdrs>> take_due(CdrSpool& spool, DueQuery query, Reactor& reactor)
{
    const auto answer = std::make_shared<DueAnswer>();
    const auto done = [answer](Result<Cdrs> cdrs) {
        answer->cdrs = std::move(cdrs);
        answer->has_come.happen();
    };
    spool.due(std::move(query), done);
    Deadline unlimited(reactor, never);
    co_await answer->has_come.wait(unlimited);
    co_return std::move(*answer->cdrs);
}

Nanoseconds in_ns(std::chrono::milliseconds duration)
{
    return std::chrono::nanoseconds(duration).count();
}

bool is_success(const Result<int>& status)
{
    return status && *status >= 200 && *status < 300;
}

// A status below 500 is about this CDR; anything else is about its server.
bool is_about_origin(const Result<int>& status)
{
    return !status || *status >= 500 || *status == http::status::too_many_requests;
}

}  // namespace

CdrDelivery::CdrDelivery(CdrSpool& spool, CdrPoster& poster, const reactor::Clock& clock,
                         const CdrDeliveryConfig& config, Log log)
    : spool_(spool),
      poster_(poster),
      clock_(clock),
      config_(config),
      log_(std::move(log)),
      look_after_(config.look_after_min)
{
}

Task<> CdrDelivery::run(Deadline& closing)
{
    Scope attempts{closing.reactor()};
    while (!closing.has_expired()) {
        has_work_ = false;
        const auto started = co_await start_due(attempts, closing);
        if (started == 0) co_await wait_for_work(closing);
    }
    co_await attempts.join();
}

// Yields how many there were. While it is closing their attempts end at once, and give them back.
Task<std::size_t> CdrDelivery::start_due(Scope& attempts, Deadline& closing)
{
    if (in_flight_ == config_.in_flight_max) co_return std::size_t{0};
    auto wanted = query();
    auto due = co_await take_due(spool_, std::move(wanted), closing.reactor());
    if (!due) {
        const bool was_known = std::exchange(cannot_read_, true);
        if (!was_known) {
            log_(LogLevel::error, "", fmt::format("CDRs cannot be read: {}", due.error().message));
        }
        co_return std::size_t{0};
    }
    cannot_read_ = false;
    for (auto& spooled : *due) {
        ++in_flight_;
        attempts.spawn(attempt(std::move(spooled), closing));
    }
    co_return due->size();
}

Task<> CdrDelivery::attempt(SpooledCdr spooled, Deadline& closing)
{
    const auto& cdr = spooled.cdr;
    Deadline deadline(closing, closing.reactor().now() + in_ns(config_.attempt_max));
    const auto status = co_await poster_.post(cdr, deadline);
    if (closing.has_expired() && !is_success(status)) {
        spool_.failed(cdr.id, clock_.unix_now_ms(), {});
    } else {
        conclude(spooled, status);
    }
    --in_flight_;
    wake();
}

Task<> CdrDelivery::wait_for_work(Deadline& closing)
{
    if (has_work_) co_return;
    Deadline pause(closing, closing.reactor().now() + in_ns(next_look()));
    const bool has_come = co_await work_.wait(pause);
    if (has_come) look_after_ = config_.look_after_min;
}

// The end of an attempt wakes a delivery that has enough of them in flight.
std::chrono::milliseconds CdrDelivery::next_look()
{
    const auto longest = look_after_;
    look_after_ = std::min(2 * look_after_, config_.look_after_max);
    if (retries_unix_ms_.empty() || in_flight_ == config_.in_flight_max) return longest;
    const std::chrono::milliseconds left(*retries_unix_ms_.begin() - clock_.unix_now_ms());
    return std::clamp(left, std::chrono::milliseconds(0), longest);
}

void CdrDelivery::wake()
{
    has_work_ = true;
    work_.happen();
}

// Leaves out origins in trouble, and forgets troubles that are long past.
DueQuery CdrDelivery::query()
{
    DueQuery query;
    query.now_unix_ms = clock_.unix_now_ms();
    query.cdrs_max = config_.in_flight_max - in_flight_;
    query.origin_cdrs_max = config_.origin_in_flight_max;
    retries_unix_ms_.erase(retries_unix_ms_.begin(),
                           retries_unix_ms_.upper_bound(query.now_unix_ms));
    const auto forgotten_unix_ms = query.now_unix_ms - 2 * config_.backoff_max.count();
    std::erase_if(troubles_, [&](const auto& trouble) {
        return trouble.second.until_unix_ms < forgotten_unix_ms;
    });
    for (const auto& [origin, trouble] : troubles_) {
        if (trouble.until_unix_ms > query.now_unix_ms) query.avoided_origins.push_back(origin);
    }
    return query;
}

void CdrDelivery::conclude(const SpooledCdr& spooled, const Result<int>& status)
{
    const auto& cdr = spooled.cdr;
    (is_success(status) ? counts_.delivered : counts_.failed).add();
    if (is_success(status)) {
        troubles_.erase(cdr.origin());
        spool_.remove(cdr.id, {});
    } else if (clock_.unix_now_ms() - cdr.ended_unix_ms > config_.age_max.count()) {
        give_up(cdr, status ? fmt::format("status {}", *status) : status.error().message);
    } else {
        retry(spooled, is_about_origin(status));
    }
}

void CdrDelivery::give_up(const Cdr& cdr, const std::string& why)
{
    counts_.given_up.add();
    const auto hours = std::chrono::duration_cast<std::chrono::hours>(config_.age_max).count();
    const auto was_lost =
        fmt::format("is given up, undelivered for {} hours: {}", hours, printable(why));
    log_(LogLevel::error, cdr.call_id, log_line(cdr, was_lost));
    spool_.remove(cdr.id, {});
}

void CdrDelivery::retry(const SpooledCdr& spooled, bool is_origin_in_trouble)
{
    const auto now_unix_ms = clock_.unix_now_ms();
    if (is_origin_in_trouble) {
        auto& trouble = troubles_[spooled.cdr.origin()];
        // Attempts that were in flight together fail together: that is one failure.
        if (trouble.until_unix_ms <= now_unix_ms) {
            trouble.until_unix_ms = now_unix_ms + backoff(trouble.failures++).count();
            retries_unix_ms_.insert(trouble.until_unix_ms);
        }
    }
    const auto next_at = now_unix_ms + backoff(static_cast<unsigned>(spooled.attempts)).count();
    retries_unix_ms_.insert(next_at);
    spool_.failed(spooled.cdr.id, next_at, {});
}

std::chrono::milliseconds CdrDelivery::backoff(unsigned failures)
{
    auto pause = config_.backoff_min;
    for (; failures > 0 && pause < config_.backoff_max; --failures) pause *= 2;
    pause = std::min(pause, config_.backoff_max);
    std::uniform_real_distribution<double> jitter(0.8, 1.2);
    return std::chrono::duration_cast<std::chrono::milliseconds>(pause * jitter(random_));
}

}  // namespace pivot::session
