// <Enqueue>: the caller waits in a queue until somebody takes them out of it.
#include "base/text.hpp"
#include "execute/perform.hpp"
#include "execute/verbs/hold_music.hpp"
#include "execute/verbs/queue_result.hpp"
#include "execute/verbs/verb.hpp"

#include <optional>
#include <utility>

#include <fmt/format.h>

namespace pivot::execute::verbs {

namespace {

// Where a queue says nothing else (twiml.md, section 3.6).
constexpr unsigned size_max = 1'000;

// What a wait document is told of the queue.
class Standing final : public Surroundings, private Watcher {
public:
    Standing(LiveCall& call, const Queue& queue)
        : Watcher(call), call_(call), queue_(queue), began_(call.now())
    {
    }

    Parameters parameters() const override
    {
        const auto waited = std::chrono::nanoseconds(call_.now() - began_);
        Parameters parameters;
        parameters.push_back({"QueueSid", queue_.name.text()});
        parameters.push_back(
            {"QueueTime", seconds(std::chrono::duration_cast<std::chrono::seconds>(waited))});
        parameters.push_back(
            {"MaxQueueSize", std::to_string(queue_.size_max == 0 ? size_max : queue_.size_max)});
        if (!now_) return parameters;
        parameters.push_back({"QueuePosition", std::to_string(now_->position)});
        parameters.push_back({"CurrentQueueSize", std::to_string(now_->size)});
        parameters.push_back({"AvgQueueTime", seconds(now_->waited_average)});
        return parameters;
    }

private:
    void note(const Event& event) override
    {
        if (const auto* standing = std::get_if<QueueStanding>(&event)) now_ = *standing;
    }

    LiveCall& call_;
    const Queue& queue_;
    const Nanoseconds began_;
    std::optional<QueueStanding> now_;
};

bool leaves(const NextStep& step)
{
    return step.kind == NextStep::Kind::leave || step.kind == NextStep::Kind::hang_up;
}

// Until somebody takes the caller, the queue is over, or the document says Leave or Hangup. It is
// asked for again whenever it ends; one that cannot be had makes way for music.
Task<NextStep> wait_with_document(LiveCall& call, twiml::Element enqueue, const Standing& standing,
                                  Deadline& deadline)
{
    Until until;
    until.at_connection = true;
    Stage waiting(call, caller, Stage::Keys::inherits, 0, until);
    waiting.let_leave();
    NextStep step;
    while (!call.must_stop() && !step.is_end()) {
        const Nanoseconds began = call.now();
        session::Request ask;
        ask.url = enqueue.text(Attribute::wait_url);
        ask.method = method_of(enqueue, Attribute::wait_url_method);
        ask.is_counted = false;  // a caller may wait for long
        step = co_await perform_within(call, std::move(ask), standing, deadline);
        if (step.kind == NextStep::Kind::failed) co_await hold(call, deadline);
        if (step.is_end()) break;
        co_await pause_between(call, began, deadline);
    }
    co_return step;
}

// Until the queue is over, or the document says Leave or Hangup. The document goes on for a caller
// who waits again, because the one who took them out of the queue is gone.
Task<NextStep> stay_with_document(LiveCall& call, twiml::Element enqueue, const Queue& order,
                                  const Stage& queue, Deadline& deadline)
{
    const Standing standing(call, order);
    NextStep step;
    while (!call.must_stop()) {
        step = co_await wait_with_document(call, enqueue, standing, deadline);
        if (leaves(step)) break;
        co_await call.stay_taken(queue, deadline);
    }
    co_return step;
}

}  // namespace

// `action` is told how the caller has left the queue even when they have hung up.
Task<NextStep> perform_enqueue(LiveCall& call, twiml::Element enqueue, Deadline& deadline)
{
    co_await call.answer(deadline);
    std::string name(enqueue.text());
    if (name.empty()) name = enqueue.text(Attribute::workflow_sid);
    Queue order;
    order.name = QueueName::of(name);
    order.size_max = static_cast<unsigned>(enqueue.integer(Attribute::max_queue_size));
    const bool has_document = !enqueue.text(Attribute::wait_url).empty();
    if (!enqueue.has(Attribute::wait_url)) order.hold_music = hold_music();

    QueueEnded ended;
    NextStep waited;
    if (name.empty()) {
        call.warn(where(enqueue), "Enqueue: the queue has no name");
    } else if (order.name.empty()) {
        call.warn(where(enqueue),
                  fmt::format("Enqueue: \"{}\" cannot be the name of a queue", printable(name)));
    } else if (const JobId job = call.begin(caller, order); job == 0) {
        call.warn(where(enqueue), "Enqueue: this switch has no queues");
    } else {
        const Until until;
        const Stage queue(call, caller, Stage::Keys::own, job, until);
        if (has_document) {
            waited = co_await stay_with_document(call, enqueue, order, queue, deadline);
        }
        if (leaves(waited)) co_await call.stop(job, deadline);
        co_await call.finish(queue, deadline);
        ended = std::get<QueueEnded>(*queue.end());
        if (ended.end == QueueEnd::failed && !call.is_over()) {
            call.warn(where(enqueue), with_reason("Enqueue: the queue has failed", ended.why));
        }
    }
    if (call.is_over() && ended.end != QueueEnd::bridged) ended.end = QueueEnd::hung_up;
    if (waited.kind == NextStep::Kind::hang_up) co_return waited;
    Parameters parameters;
    parameters.push_back({"QueueResult", std::string(result_of(ended.end))});
    parameters.push_back({"QueueSid", std::move(name)});
    parameters.push_back({"QueueTime", seconds(ended.waited)});
    co_return conclude(call, enqueue, std::move(parameters));
}

}  // namespace pivot::execute::verbs
