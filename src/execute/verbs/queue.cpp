// <Dial><Queue>: the caller is connected with the first who waits in a queue.
#include "base/text.hpp"
#include "execute/verbs/dial_keys.hpp"
#include "execute/verbs/dial_recording.hpp"
#include "execute/verbs/queue_result.hpp"
#include "execute/verbs/verb.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot::execute::verbs {

namespace {

std::string_view dial_status(LiveCall& call, QueueEnd end)
{
    if (end == QueueEnd::bridged) return "completed";
    if (call.is_over()) return "canceled";
    return end == QueueEnd::left ? "no-answer" : "failed";
}

// Returns 0 where the switch has no queues. What the caller taken out of it is to hear before they
// are connected is their call's to perform.
JobId take_first(LiveCall& call, twiml::Element dial, twiml::Element queue, QueueName name)
{
    Dequeue dequeue;
    dequeue.queue = std::move(name);
    dequeue.timeout = seconds_of(dial, Attribute::timeout);
    const bool has_greeting = names_a_url(call, queue, Attribute::url);
    if (has_greeting) dequeue.greeting_url = call.session().resolve(queue.text(Attribute::url));
    dequeue.greeting_method = method_of(queue, Attribute::method);
    const JobId job = call.begin(caller, std::move(dequeue));
    if (has_greeting && job != 0 && !call.keeps(job)) {
        call.warn(where(queue), "Queue: its url is not performed: the switch keeps its own queues");
    }
    return job;
}

}  // namespace

Task<NextStep> dial_queue(LiveCall& call, twiml::Element dial, twiml::Element queue,
                          Deadline& deadline)
{
    QueueEnded ended;
    DialRecording recording(call, dial, "");
    const DialKeys keys(call, dial);
    QueueName name = QueueName::of(queue.text());
    if (queue.text().empty()) {
        call.warn(where(queue), "Queue: it has no name");
    } else if (name.empty()) {
        call.warn(where(queue), fmt::format("Queue: \"{}\" cannot be the name of a queue",
                                            printable(queue.text())));
    } else if (const JobId job = take_first(call, dial, queue, std::move(name)); job == 0) {
        call.warn(where(queue), "Queue: this switch has no queues");
    } else {
        recording.ringing();
        Until until;
        until.time = call.in(seconds_of(dial, Attribute::time_limit));
        if (dial.is_true(Attribute::hangup_on_star)) until.keys = "*";
        const Stage connected(call, caller, Stage::Keys::own, job, until);
        co_await call.finish(connected, deadline);
        co_await recording.finish(deadline);
        ended = std::get<QueueEnded>(*connected.end());
        if (ended.end == QueueEnd::failed && !call.is_over()) {
            call.warn(where(queue),
                      with_reason("Queue: there is no such queue, or it has failed", ended.why));
        }
    }
    Parameters parameters;
    parameters.push_back({"DialCallStatus", std::string(dial_status(call, ended.end))});
    parameters.push_back({"DialBridged", ended.end == QueueEnd::bridged ? "true" : "false"});
    parameters.push_back({"DequeueResult", std::string(result_of(ended.end))});
    parameters.push_back({"QueueSid", std::string(queue.text())});
    if (ended.end == QueueEnd::bridged) {
        parameters.push_back({"DequeuedCallSid", ended.other_call_id});
        parameters.push_back({"DequeuedCallQueueTime", seconds(ended.waited)});
        parameters.push_back({"DequeuedCallDuration", seconds(ended.talked)});
        parameters.push_back({"DialCallDuration", seconds(ended.talked)});
    }
    append(parameters, recording.results());
    append(parameters, keys.results());
    co_return conclude(call, dial, std::move(parameters));
}

}  // namespace pivot::execute::verbs
