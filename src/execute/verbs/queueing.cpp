// Enqueue and Leave, and Dial of a Queue.
#include "execute/perform.hpp"
#include "execute/verbs/verb.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot::execute {

namespace {

std::string_view result_of(QueueEnd end)
{
    switch (end) {
        case QueueEnd::bridged: return "bridged";
        case QueueEnd::left: return "leave";
        case QueueEnd::hung_up: return "hangup";
        case QueueEnd::full: return "queue-full";
        case QueueEnd::failed: return "error";
    }
    return "";
}

// Until somebody takes the caller, the queue is over, or the document says Leave.
Task<NextStep> wait_with_document(LiveCall& call, twiml::Element enqueue, const std::string& queue,
                                  Deadline& deadline)
{
    Stage::Ends ends;
    ends.at_connection = true;
    ends.at_leave = true;
    const Stage waiting(call, caller, ends);
    Ask ask;
    ask.url = enqueue.text(Attribute::wait_url);
    ask.method = method_of(enqueue, Attribute::wait_url_method);
    ask.parameters.push_back({"QueueSid", queue});
    ask.parameters.push_back({"QueueTime", "0"});
    co_return co_await perform_within(call, std::move(ask), true, deadline);
}

// A job that ended in another way could not be done.
QueueEnded queue_ended(const Event* event)
{
    const auto* ended = std::get_if<QueueEnded>(event);
    return ended == nullptr ? QueueEnded() : *ended;
}

std::string seconds(std::chrono::seconds time)
{
    return std::to_string(time.count());
}

}  // namespace

Task<NextStep> perform_enqueue(LiveCall& call, twiml::Element enqueue, Deadline& deadline)
{
    co_await call.answer(deadline);
    std::string name(enqueue.text());
    if (name.empty()) name = enqueue.text(Attribute::workflow_sid);
    Queue order;
    order.name = name;
    order.size_max = static_cast<unsigned>(enqueue.integer(Attribute::max_queue_size));
    const bool has_document = !enqueue.text(Attribute::wait_url).empty();
    if (!enqueue.has(Attribute::wait_url)) order.hold_music = hold_music;

    QueueEnded ended;
    NextStep waited;
    if (call.channel().can(Ability::queues)) {
        const JobId job = call.next_job();
        Stage::Ends ends;
        ends.job = job;
        const Stage queue(call, caller, ends);
        call.channel().enqueue(job, order);
        if (has_document) waited = co_await wait_with_document(call, enqueue, name, deadline);
        const bool leaves =
            waited.kind == NextStep::Kind::leave || waited.kind == NextStep::Kind::hang_up;
        if (leaves && !queue.is_over()) co_await call.stop(job, deadline);
        while (!call.must_stop()) co_await call.next(never);
        ended = queue_ended(queue.end());
    } else {
        call.warn(where(enqueue), "Enqueue: this switch has no queues");
    }
    call.keys().clear();
    if (call.must_stop()) co_return next_step(NextStep::Kind::over);
    if (waited.kind == NextStep::Kind::hang_up) co_return waited;
    Parameters parameters;
    parameters.push_back({"QueueResult", std::string(result_of(ended.end))});
    parameters.push_back({"QueueSid", std::move(name)});
    parameters.push_back({"QueueTime", seconds(ended.waited)});
    co_return ask_action_if_any(call, enqueue, std::move(parameters));
}

Task<NextStep> perform_leave(LiveCall& call, twiml::Element leave, Deadline&)
{
    if (!call.can_leave()) {
        call.warn(where(leave), "Leave: the caller is in no queue");
        co_return NextStep();
    }
    co_return next_step(NextStep::Kind::leave);
}

Task<NextStep> dial_queue(LiveCall& call, twiml::Element dial, twiml::Element queue,
                          Deadline& deadline)
{
    co_await call.answer(deadline);
    QueueEnded ended;
    if (call.channel().can(Ability::queues)) {
        const JobId job = call.next_job();
        Stage::Ends ends;
        ends.job = job;
        const Stage connected(call, caller, ends);
        call.channel().dequeue(job, queue.text(), seconds_of(dial, Attribute::timeout));
        const bool leaves_at_star = dial.is_true(Attribute::hangup_on_star);
        while (!call.must_stop()) {
            const auto event = co_await call.next(never);
            if (!event) break;
            const auto* pressed = std::get_if<KeyPressed>(&*event);
            if (leaves_at_star && pressed != nullptr && pressed->key == '*') {
                call.channel().stop(job);
            }
        }
        ended = queue_ended(connected.end());
        if (!connected.is_over() && !call.is_over()) co_await call.stop(job, deadline);
    } else {
        call.warn(where(queue), "Queue: this switch has no queues");
    }
    call.keys().clear();
    if (call.must_stop()) co_return next_step(NextStep::Kind::over);
    const bool was_bridged = ended.end == QueueEnd::bridged;
    Parameters parameters;
    parameters.push_back({"DialCallStatus", was_bridged                   ? "completed"
                                            : ended.end == QueueEnd::left ? "no-answer"
                                                                          : "failed"});
    parameters.push_back({"DialBridged", was_bridged ? "true" : "false"});
    parameters.push_back({"DequeueResult", std::string(result_of(ended.end))});
    parameters.push_back({"QueueSid", std::string(queue.text())});
    if (was_bridged) {
        parameters.push_back({"DequeuedCallSid", ended.other_call_id});
        parameters.push_back({"DequeuedCallQueueTime", seconds(ended.waited)});
        parameters.push_back({"DequeuedCallDuration", seconds(ended.talked)});
        parameters.push_back({"DialCallDuration", seconds(ended.talked)});
    }
    co_return ask_action_if_any(call, dial, std::move(parameters));
}

}  // namespace pivot::execute
