#include "engine/live_session.hpp"

#include "base/pass_on.hpp"
#include "engine/call_table.hpp"
#include "engine/session_parts.hpp"
#include "execute/run_session.hpp"

#include <algorithm>
#include <utility>

namespace pivot::engine {

namespace {

using reactor::Nanoseconds;

// What the action asks for and this engine has no place for.
void warn_of_missing(const session::Session& session, const SessionParts& parts, Channel& channel)
{
    const session::ActionTerms& action = session.action();
    const bool lacks_cdrs = !action.cdr_url.empty() && parts.sinks.cdrs == nullptr;
    const bool lacks_records = action.debug && parts.sinks.sink == nullptr;
    if (lacks_cdrs) {
        channel.warned("action",
                       "cdr_url: this engine has neither a store nor a sink for CDRs: "
                       "there will be none");
    }
    if (lacks_records) {
        channel.warned("action",
                       "debug: this engine has neither a store nor a sink for debug "
                       "records: there will be none");
    }
    if (lacks_cdrs || lacks_records) parts.records.warn_of_missing(session.call().call_id);
}

}  // namespace

LiveSession::LiveSession(SessionRequest request, Channel& channel, Nanoseconds now,
                         bool is_too_many)
    : channel_(channel),
      opening_(std::make_unique<Opening>(Opening{std::move(request), now, is_too_many}))
{
}

void LiveSession::begin(SessionParts& parts)
{
    reactor::Reactor& reactor = parts.exchanges.reactor;
    host_.emplace(reactor, never);
    events_.emplace(parts.clock, *host_);
    set_times(parts.clock);
    config_ = parts.config_of(std::move(opening_->request.directory), channel_.abilities());
    Request& request = opening_->request.request;
    std::string next = std::move(request.node.next);
    session_.emplace(parts.exchanges, parts.callbacks, parts.sinks, std::move(request));
    request.node.next = std::move(next);
    if (opening_->is_too_many) {
        session_->refuse(
            {Reason::overload, Phase::queue, beyond_limit(parts.exchanges.config().calls_max), {}});
        return;
    }
    permit_ = std::move(opening_->request.permit);
    if (!permit_) take_seat(parts.exchanges);
}

void LiveSession::take_seat(exchange::Exchanges& exchanges)
{
    auto taken = take_seat(session_->profile());
    if (taken) return;
    exchanges.tally.calls_refused.add();
    session_->refuse(std::move(taken.error()));
}

Result<void> LiveSession::take_seat(const exchange::AccountProfile& profile)
{
    auto seat = exchange::take_seat(profile);
    if (!seat) return pass_on(seat);
    seat_ = std::move(*seat);
    auto number_seat = exchange::take_number_seat(profile, session_->call().to.user);
    if (!number_seat) return pass_on(number_seat);
    number_seat_ = std::move(*number_seat);
    return {};
}

// Moments that the host has from its calendar, none of which lies ahead.
void LiveSession::set_times(const reactor::Clock& clock)
{
    const std::int64_t unix_now_ms = clock.unix_now_ms();
    const auto moment = [&](std::int64_t unix_ms) {
        const std::int64_t ago_ms = unix_now_ms - std::clamp<std::int64_t>(unix_ms, 0, unix_now_ms);
        return clock.now() - ago_ms * 1'000'000;
    };
    execute::CallTimes times;
    const SessionRequest& request = opening_->request;
    times.began_at = on_clock(opening_->started);
    if (request.started_unix_ms != 0) times.began_at = moment(request.started_unix_ms);
    if (request.answered_unix_ms != 0) {
        times.answered_at = std::max(moment(request.answered_unix_ms), times.began_at);
    }
    events_->set_times(times);
}

// A moment of the system's clock, at which something was told. A manual clock stands meanwhile.
Nanoseconds LiveSession::on_clock(Nanoseconds at)
{
    const reactor::Clock& clock = events_->clock();
    return clock.is_manual() ? clock.now() : at;
}

reactor::Task<> LiveSession::run(const SessionParts& parts)
{
    warn_of_missing(*session_, parts, channel_);
    const auto opening = std::move(opening_);
    SessionRequest& request = opening->request;
    return execute::run_session(*session_, channel_, *events_, std::move(request.request.node.next),
                                request.at_end, *config_, *host_);
}

void LiveSession::tell(Event event, Nanoseconds at)
{
    events_->push(std::move(event), on_clock(at));
}

void LiveSession::cancel()
{
    const bool is_gone = events_->times().ended_at != never;
    if (is_gone) return abandon();
    events_->cancel();
}

void LiveSession::abandon()
{
    events_->cancel();
    host_->expire(Reason::cancelled);
}

}  // namespace pivot::engine
