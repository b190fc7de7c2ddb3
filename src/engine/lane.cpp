#include "engine/lane.hpp"

#include "reactor/wait.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot::engine {

namespace {

using reactor::Deadline;
using reactor::Reactor;
using reactor::Task;

// Whether others would notice how long it takes to read. What is no answer is not read at all.
bool takes_long(const http::Response& response)
{
    const bool is_answer = response.status >= 200 && response.status <= 299;
    return is_answer && (response.is_gzip || response.body.size() > exchange::short_answer_bytes);
}

}  // namespace

tl::expected<std::unique_ptr<Lane>, std::string> Lane::open(const EngineConfig& config,
                                                            CallTable& calls)
{
    reactor::ReactorConfig reactor_config;
    reactor_config.ring.descriptors = config.connections_max;
    reactor_config.ring.is_polled = config.reactors == 0;
    auto reactor = reactor::Reactor::open(reactor_config);
    if (!reactor) return tl::unexpected(std::move(reactor.error()));
    auto exchanges = exchange::Exchanges::open(config, **reactor);
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
        exchange::Question question(call.request, exchanges_->parameters,
                                    exchanges_->tokens.next());
        bool is_asking = !deadline.has_expired() && begin(call, question);
        while (is_asking) {
            auto response =
                co_await exchanges_->client->ask(question, question.progress(), deadline);
            const bool is_long = response && takes_long(**response);
            if (is_long) co_await read_long(call, question, **response, deadline);
            is_asking = !is_long && conclude(call, question, response);
        }
        call.question = nullptr;
    }
    call.end();
    calls_.give_back(call);
}

// Whether there is something to ask; else the call has its outcome.
bool Lane::begin(PendingCall& call, exchange::Question& question)
{
    if (const Failure* bad_action = call.request.bad_action()) {
        call.deliver_failed(*bad_action);
        return false;
    }
    if (call.request.skips_module()) {
        call.deliver_skipped();
        return false;
    }
    question.progress().started = call.started;
    if (const auto begun = question.begin(exchanges_->destinations); !begun) {
        call.deliver_failed(begun.error());
        return false;
    }
    call.question = &question;
    return true;
}

// Whether there is more to ask; else the call has its outcome.
bool Lane::conclude(PendingCall& call, exchange::Question& question,
                    const Result<http::LentResponse>& lent)
{
    if (!lent) {
        call.deliver_failed(lent.error());
        return false;
    }
    const http::Response& response = **lent;
    if (http::Route::is_redirect(response)) {
        const auto followed =
            question.follow(response, exchanges_->config.http.redirects_max, exchanges_->rules);
        if (!followed) call.deliver_failed(followed.error());
        return followed.has_value();
    }
    question.progress().phase = Phase::parse;
    deliver(call, exchanges_->answer_reader->read(response));
    reactor_->worked(exchange::reading_ns(response.body.size()));
    return false;
}

// Reads in steps, with a reader of its own, since others use the reactor's in between.
Task<> Lane::read_long(PendingCall& call, exchange::Question& question, http::Response& response,
                       Deadline& deadline)
{
    auto pass =
        co_await make_readable(response, question.destination().origin, exchanges_->long_answers,
                               exchanges_->client_config.response, deadline);
    question.progress().phase = Phase::parse;
    if (!pass) {
        call.deliver_failed(pass.error());
    } else if (!*pass) {
        deliver(call, exchanges_->answer_reader->read(response));
    } else {
        const auto reader = exchanges_->make_answer_reader();
        auto begun = reader->begin(response);
        reactor_->worked(exchange::reading_ns(response.body.size()));
        const bool has_time = co_await reactor::Yield(deadline);
        if (!begun) {
            call.deliver_failed(begun.error());
        } else if (has_time) {
            deliver(call, reader->finish());
            reactor_->worked(exchange::reading_ns(response.body.size()));
        }
    }
}

void Lane::deliver(PendingCall& call, const Result<exchange::AnswerView>& answer)
{
    if (!answer) {
        call.deliver_failed(answer.error());
    } else if (answer->format == Format::twiml) {
        call.deliver_processed(exchange::ShownDocument(*answer->document));
    } else {
        call.deliver_processed(answer->flow, answer->warnings);
    }
}

}  // namespace pivot::engine
