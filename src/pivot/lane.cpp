#include "pivot/lane.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot {

namespace {

using reactor::Deadline;
using reactor::Nanoseconds;
using reactor::Reactor;
using reactor::Task;

std::string_view doing(Phase phase)
{
    switch (phase) {
        case Phase::queue: return "before anything was asked";
        case Phase::dns: return "while the name was resolved";
        case Phase::connect: return "while connecting";
        case Phase::tls: return "in the TLS handshake";
        case Phase::send: return "while the request was sent";
        case Phase::wait: return "while waiting for the first byte of the response";
        case Phase::read: return "while the response was read";
        case Phase::parse: return "while the response was parsed";
    }
    return "";
}

// Delivers the outcome in the moment it expires, while the exchange is still being torn down.
class CallDeadline final : public Deadline {
public:
    CallDeadline(Reactor& reactor, PendingCall& call)
        : Deadline(reactor,
                   call.started + std::chrono::nanoseconds(call.request.timeout()).count()),
          call_(call)
    {
        call_.deadline = this;
    }
    ~CallDeadline() override { call_.deadline = nullptr; }

private:
    void notify_expired() override
    {
        const Phase phase =
            call_.question != nullptr ? call_.question->progress().phase : Phase::queue;
        std::string message = reason() == Reason::timeout
                                  ? fmt::format("no outcome within {} ms: the time was up {}",
                                                call_.request.timeout().count(), doing(phase))
                                  : fmt::format("cancelled {}", doing(phase));
        call_.deliver_failed({reason(), phase, std::move(message), {}});
    }

    PendingCall& call_;
};

}  // namespace

tl::expected<std::unique_ptr<Lane>, std::string> Lane::open(const EngineConfig& config,
                                                            CallTable& calls)
{
    reactor::ReactorConfig reactor_config;
    reactor_config.ring.descriptors = config.connections_max;
    reactor_config.ring.is_polled = config.reactors == 0;
    auto reactor = reactor::Reactor::open(reactor_config);
    if (!reactor) return tl::unexpected(std::move(reactor.error()));
    auto exchanges = Exchanges::open(config, **reactor);
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
    call.is_cancelled = true;
    if (call.deadline != nullptr) call.deadline->expire(Reason::cancelled);
}

Task<> Lane::run(PendingCall& call, Reactor& reactor)
{
    {
        CallDeadline deadline(reactor, call);
        Question question(call.request, exchanges_->parameters, exchanges_->tokens.next());
        if (call.is_cancelled) deadline.expire(Reason::cancelled);
        bool is_asking = !deadline.has_expired() && begin(call, question);
        while (is_asking) {
            const auto* failure =
                co_await exchanges_->client->ask(question, question.progress(), deadline);
            is_asking = conclude(call, question, failure);
        }
        call.question = nullptr;
    }
    call.unlink();
    call.request.clear();
    call.serial.fetch_add(1, std::memory_order_relaxed);
    calls_.give_back(call);
}

// Whether there is something to ask; else the call has its outcome.
bool Lane::begin(PendingCall& call, Question& question)
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
bool Lane::conclude(PendingCall& call, Question& question, const Failure* failure)
{
    if (failure != nullptr) {
        call.deliver_failed(*failure);
        return false;
    }
    const http::Response& response = *question.progress().response;
    if (http::Route::is_redirect(response)) {
        const auto followed =
            question.follow(response, exchanges_->config.http.redirects_max, exchanges_->rules);
        if (!followed) call.deliver_failed(followed.error());
        return followed.has_value();
    }
    question.progress().phase = Phase::parse;
    const auto answer = exchanges_->answer_reader->read(response);
    if (!answer) {
        call.deliver_failed(answer.error());
    } else if (answer->format == Format::twiml) {
        call.deliver_processed(ShownDocument(*answer->document));
    } else {
        call.deliver_processed(answer->flow);
    }
    return false;
}

}  // namespace pivot
