#include "engine/lane.hpp"

#include "base/pass_on.hpp"
#include "exchange/content.hpp"
#include "reactor/wait.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot::engine {

namespace {

using reactor::Deadline;
using reactor::Reactor;
using reactor::Task;

// Whether others would notice how long it takes to read. A failed answer is not read at all.
bool takes_long(const http::Response& response)
{
    const bool is_answer = response.status >= 200 && response.status <= 299;
    return is_answer && (response.is_gzip || response.body.size() > exchange::short_answer_bytes);
}

}  // namespace

tl::expected<std::unique_ptr<Lane>, std::string> Lane::open(
    std::shared_ptr<const exchange::Settings> settings, CallTable& calls)
{
    const EngineConfig& config = settings->config();
    reactor::ReactorConfig reactor_config;
    reactor_config.ring.descriptors = config.connections_max;
    reactor_config.ring.is_polled = config.reactors == 0;
    auto reactor = reactor::Reactor::open(reactor_config);
    if (!reactor) return tl::unexpected(std::move(reactor.error()));
    auto exchanges = exchange::Exchanges::open(std::move(settings), **reactor);
    if (!exchanges) return tl::unexpected(std::move(exchanges.error()));

    std::unique_ptr<Lane> lane(new Lane(calls));
    lane->reactor_ = std::move(*reactor);
    lane->exchanges_ = std::move(*exchanges);
    lane->running_ = std::make_unique<reactor::Scope>(*lane->reactor_);
    return lane;
}

Lane::~Lane()
{
    while (reactor_->has_messages()) reactor_->turn(0);  // begins what was posted before
    cancel_all();
    while (running_->running() > 0) reactor_->turn(reactor::never);
    exchanges_->close();
    while (!reactor_->is_idle()) reactor_->turn(reactor::never);
}

void Lane::begin(PendingCall& call)
{
    in_flight_.push_back(call);
    running_->spawn(run(call, *reactor_));
}

void Lane::cancel(PendingCall& call, std::uint64_t serial)
{
    if (call.serial.load(std::memory_order_relaxed) == serial) cancel(call);
}

void Lane::cancel_all()
{
    while (!in_flight_.empty()) {
        PendingCall& call = in_flight_.front();
        call.unlink();
        cancel(call);
    }
}

void Lane::cancel(PendingCall& call)
{
    call.deadline().expire(Reason::cancelled);
}

Task<> Lane::run(PendingCall& call, Reactor&)
{
    {
        Deadline& deadline = call.deadline();
        exchange::PackedContent content(call.request, exchanges_->parameters);
        exchange::Attempts attempts(*exchanges_, content, plan_of(call));
        bool is_asking = !deadline.has_expired() && may_ask(call);
        if (is_asking) call.attempts = &attempts;
        while (is_asking) {
            auto response = co_await attempts.ask(deadline);
            is_asking = co_await conclude(call, attempts, response, deadline);
        }
        call.attempts = nullptr;
    }
    call.end();
    calls_.give_back(call);
}

// One deadline covers everything, so no URL has a time of its own.
exchange::AttemptsPlan Lane::plan_of(const PendingCall& call) const
{
    const exchange::PackedRequest& request = call.request;
    exchange::AttemptsPlan plan;
    plan.webhook = {request.voice_url(), request.method()};
    plan.fallback = {request.fallback_url(), request.fallback_method()};
    plan.format = request.req_format();
    plan.body_format = request.req_body_format();
    plan.key = exchanges_->settings->profile_of(request.account_id()).signing_key;
    plan.started = call.started;
    return plan;
}

// Whether there is something to ask; else the call has its outcome.
bool Lane::may_ask(PendingCall& call)
{
    if (const Failure* bad_action = call.request.bad_action()) {
        call.deliver_failed(*bad_action);
        return false;
    }
    if (call.request.skips_module()) {
        call.deliver_skipped();
        return false;
    }
    return true;
}

// Whether there is more to ask; else the call has its outcome.
Task<bool> Lane::conclude(PendingCall& call, exchange::Attempts& attempts,
                          Result<http::LentResponse>& response, Deadline& deadline)
{
    auto followed = attempts.follow(response, deadline);
    if (followed && *followed) co_return true;
    Result<void> read;
    if (!followed) {
        read = pass_on(followed);
    } else if (takes_long(**response)) {
        read = co_await read_long(call, attempts, **response, deadline);
    } else {
        attempts.progress().phase = Phase::parse;
        read = this->read(call, **response);
    }
    if (read) co_return false;
    const bool is_asked_again = co_await attempts.next(read.error(), deadline);
    if (!is_asked_again) call.deliver_failed(read.error());
    co_return is_asked_again;
}

// Delivers what it has read.
Result<void> Lane::read(PendingCall& call, const http::Response& response)
{
    auto read = deliver(call, exchanges_->answer_reader->read(response));
    reactor_->worked(exchange::reading_ns(response.body.size()));
    return read;
}

// Reads in steps, with a reader of its own, since others use the reactor's in between.
Task<Result<void>> Lane::read_long(PendingCall& call, exchange::Attempts& attempts,
                                   http::Response& response, Deadline& whole)
{
    Deadline& deadline = attempts.deadline(whole);
    auto pass = co_await make_readable(response, attempts.request().destination().origin,
                                       exchanges_->long_answers,
                                       exchanges_->settings->client().response, deadline);
    attempts.progress().phase = Phase::parse;
    if (!pass) {
        attempts.explain(pass.error(), whole);
        co_return pass_on(pass);
    }
    if (!*pass) co_return read(call, response);
    const auto reader = exchanges_->make_answer_reader();
    auto begun = reader->begin(response);
    reactor_->worked(exchange::reading_ns(response.body.size()));
    const bool has_time = co_await reactor::Yield(deadline);
    if (!begun) co_return begun;
    if (!has_time) co_return tl::unexpected(deadline.failure(Phase::parse));
    auto delivered = deliver(call, reader->finish());
    reactor_->worked(exchange::reading_ns(response.body.size()));
    co_return delivered;
}

Result<void> Lane::deliver(PendingCall& call, Result<exchange::AnswerView> answer)
{
    if (!answer) return pass_on(answer);
    if (answer->format == Format::twiml) {
        call.deliver_processed(exchange::ShownDocument(*answer->document));
    } else {
        call.deliver_processed(answer->flow, answer->warnings);
    }
    return {};
}

}  // namespace pivot::engine
