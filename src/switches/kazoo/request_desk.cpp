#include "switches/kazoo/request_desk.hpp"

#include "base/text.hpp"
#include "switches/kazoo/claim.hpp"
#include "switches/kazoo/message_body.hpp"

#include <algorithm>
#include <cassert>

#include <fmt/format.h>

namespace pivot::switches::kazoo {

namespace {

using std::chrono::milliseconds;

// KAZOO takes its branch `_` ten seconds after its request. Outcomes are due a little earlier. A
// late one, as on a busy machine, is still sent if the reply is in time.
constexpr Nanoseconds answer_ns = 9'500 * millisecond_ns;
constexpr Nanoseconds reply_ns = 9'750 * millisecond_ns;

// A request cannot be older: the queue keeps it for a minute. If it seems to be, a clock is wrong.
constexpr Nanoseconds age_ns_max = 60 * second_ns;

// After `processing` the caller waits in silence, so the callflow is worth sending for long.
constexpr Nanoseconds flow_ns = 60 * second_ns;

std::int64_t system_now_us()
{
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

// The engine gets a little less time, so that it can say what was too slow.
milliseconds timeout_within(Nanoseconds budget_ns)
{
    const Nanoseconds margin_ns = std::min(20 * millisecond_ns, budget_ns / 10);
    return std::max(milliseconds(1), milliseconds((budget_ns - margin_ns) / millisecond_ns));
}

// Ends a callflow, or returns to the callflow that called it.
constexpr std::string_view no_flow = "{}";

}  // namespace

RequestDesk::RequestDesk(reactor::Reactor& reactor, BusAttendant& attendant,
                         RequestSettings settings, BusNumbers& numbers)
    : reactor_(reactor),
      attendant_(attendant),
      settings_(std::move(settings)),
      replies_(settings_.node),
      numbers_(numbers),
      lines_(numbers)
{
}

RequestDesk::~RequestDesk()
{
    close();
}

void RequestDesk::close()
{
    assert(
        std::ranges::none_of(calls_, [](const auto& entry) { return entry.second->has_session; }));
    by_call_id_.clear();
    calls_.clear();
}

std::vector<RequestDesk::Call*> RequestDesk::all_calls() const
{
    std::vector<Call*> all;
    for (const auto& [key, call] : calls_) all.push_back(call.get());
    return all;
}

// ---- the bus ------------------------------------------------------------------------------------

// If we were its only consumer, the queue has died with our connection, and its requests with it:
// nobody else has answered those that are in flight here, or will.
void RequestDesk::opened(Bus& bus, bool is_queue_new)
{
    bus_ = &bus;
    is_blocked_ = false;
    numbers_.connections.add();
    numbers_.is_connected.set(1);
    numbers_.is_blocked.set(0);
    bus.bind("callmgr", claim_key);
    bus.publish(replies_.claim({}));
    has_company_ = !is_queue_new;
    lines_.opened(bus);
    resume(is_queue_new);
}

// Continues what has waited for the bus.
void RequestDesk::resume(bool is_queue_new)
{
    for (Call* const call : all_calls()) {
        const bool is_ours_alone = is_queue_new && !call->may_be_anothers;
        if (is_ours_alone) call->is_lost = false;
        if (call->state == State::holding) {
            reply(*call);
        } else if (call->state == State::flow_due) {
            send_flow(*call);
        } else if (call->state == State::in_doubt) {
            resolve(*call, is_ours_alone);
        }
    }
}

void RequestDesk::heard(Heard heard)
{
    heard.routing_key == claim_key ? hear_claim(std::move(heard)) : lines_.heard(std::move(heard));
}

// Unacknowledged deliveries go back to the queue. A request whose reply was sent is among them only
// if the broker has not taken the reply.
void RequestDesk::lost()
{
    bus_ = nullptr;
    lines_.lost();
    waiting_.clear();
    unconfirmed_.clear();
    numbers_.is_connected.set(0);
    numbers_.is_blocked.set(0);
    for (Call* const call : all_calls()) {
        if (std::exchange(call->tag, 0) != 0) call->is_lost = true;
        if (has_company_) call->may_be_anothers = true;
        const bool is_unknown = call->state == State::replied || call->state == State::flow_sent;
        if (is_unknown) numbers_.unknown_fates.add();
        const bool leads_on = call->failure.empty() && !call->is_over;
        if (call->state == State::in_doubt || (call->state == State::replied && leads_on)) {
            doubt(*call);
        } else if (is_unknown) {
            if (call->state == State::flow_sent) {
                attendant_.warn(call->own_id,
                                "the connection was lost before the callflow was confirmed. It is "
                                "not sent again, because it would begin anew if it has arrived. "
                                "If the caller hears nothing, hang up the channel");
            }
            call->may_come_again = call->state == State::replied;
            settle(*call);
        }
    }
}

// Requests that cannot be answered in time are not begun. Outcomes are held.
void RequestDesk::blocked(bool is_blocked)
{
    is_blocked_ = is_blocked;
    numbers_.is_blocked.set(is_blocked ? 1 : 0);
    lines_.blocked(is_blocked);
    if (is_blocked) return;
    for (Waiting& request : std::exchange(waiting_, {})) take(request.delivery, request.arrived);
    resume(false);
}

void RequestDesk::returned(std::string_view body)
{
    lines_.returned(body);
    const std::string id = message_id_of(body);
    for (const auto [number, call] : unconfirmed_) {
        if (call->message_id == id) call->is_returned = true;
    }
}

void RequestDesk::confirmed(std::uint64_t number, bool is_taken)
{
    if (lines_.confirmed(number, is_taken)) return;
    const auto found = std::ranges::lower_bound(unconfirmed_, number, {}, &Unconfirmed::number);
    if (found == unconfirmed_.end() || found->number != number) return;
    Call& call = *found->call;
    unconfirmed_.erase(found);
    if (!is_taken) {
        numbers_.sent_again.add();
        if (call.state == State::flow_sent) return send_flow(call);
        call.state = State::holding;
        return reply(call);
    }
    if (call.is_returned && call.state == State::replied) {
        numbers_.returned.add();
        attendant_.warn(call.own_id, "nobody waits for the reply: the call's queue is gone");
        hang_up(call);
        return settle(call);
    }
    const bool leads_on = call.state == State::replied && call.failure.empty() && !call.is_over;
    leads_on ? lead_on(call) : settle(call);
}

// `processing` is confirmed, so KAZOO knows that we have the call.
void RequestDesk::lead_on(Call& call)
{
    call.line ? perform(call) : send_flow(call);
}

// ---- requests -----------------------------------------------------------------------------------

Nanoseconds RequestDesk::age_of(const Delivery& delivery) const
{
    if (delivery.timestamp_us <= 0) return 0;
    const std::int64_t now_us = settings_.unix_now_us ? settings_.unix_now_us() : system_now_us();
    const std::int64_t age_us = now_us - delivery.timestamp_us;
    return age_us >= 0 && age_us <= age_ns_max / 1'000 ? age_us * 1'000 : 0;
}

void RequestDesk::delivered(Delivery&& delivery)
{
    numbers_.requests.add();
    const Arrived arrived{reactor_.now(), age_of(delivery)};
    if (is_blocked_) {
        waiting_.push_back({std::move(delivery), arrived});
    } else {
        take(delivery, arrived);
    }
}

void RequestDesk::take(Delivery& delivery, const Arrived& arrived)
{
    const std::uint64_t tag = delivery.tag;
    PivotRequest asked =
        PivotRequest::read(document_, decode_body(delivery),
                           std::min(settings_.timeout_max, PivotRequest::timeout_max));
    if (!asked.can_be_answered()) {
        const std::string why =
            asked.question ? "the call names no queue for replies" : asked.question.error();
        const std::string sender =
            asked.sender.empty() ? "an unknown node" : printable(asked.sender);
        attendant_.warn(asked.call_id,
                        fmt::format("a request from {} that cannot be answered: {}", sender, why));
        numbers_.unreadable.add();
        return bus_->acknowledge(tag);
    }
    std::string key = key_of(asked.message_id, asked.call_id);
    if (const auto known = calls_.find(key); known != calls_.end()) {
        return meet_again(*known->second, tag);
    }
    if (settled_.contains(key, reactor_.now())) {
        numbers_.repeated.add();
        return bus_->acknowledge(tag);
    }
    const Nanoseconds waited_ns = arrived.age_ns + reactor_.now() - arrived.at;
    const Nanoseconds left_ns = answer_ns - waited_ns;
    if (left_ns <= 0) {
        attendant_.warn(
            asked.call_id,
            fmt::format("the request is {} s old, so KAZOO has gone on. If all requests "
                        "are as old, the clock of this machine or KAZOO's is wrong",
                        waited_ns / second_ns));
        numbers_.too_old.add();
        return bus_->acknowledge(tag);
    }
    supersede(asked.call_id);
    auto owned = std::make_unique<Call>(*this, std::move(key), std::move(asked.message_id),
                                        std::move(asked.call_id), std::move(*asked.controller));
    Call& call = *owned;
    call.tag = tag;
    call.received_at = arrived.at;
    call.reply_by = reactor_.now() + reply_ns - waited_ns;
    call.flow_by = call.received_at + flow_ns;
    calls_.emplace(call.key, std::move(owned));
    enter(call);
    numbers_.in_flight.add();
    if (delivery.is_redelivered) call.hold_until = claim(call);
    if (!asked.question) {
        attendant_.refuse(call.own_id, asked.question.error());
        return fail(call, fmt::format("bad_action: {}", asked.question.error()));
    }
    begin(call, std::move(*asked.question), left_ns);
}

// Whatever had this id before keeps it no longer, nor does the table keep its text.
void RequestDesk::enter(Call& call)
{
    by_call_id_.erase(call.id_on_bus());
    by_call_id_.emplace(call.id_on_bus(), &call);
}

// Requests without a Msg-ID, which are refused, cannot be told apart.
std::string RequestDesk::key_of(std::string_view message_id, std::string_view call_id)
{
    if (message_id.empty()) return std::to_string(++nameless_) + '\n';
    std::string key;
    key.reserve(message_id.size() + 1 + call_id.size());
    return key.append(message_id).append("\n").append(call_id);
}

// A request in flight was delivered again, because its connection had been lost.
void RequestDesk::meet_again(Call& call, std::uint64_t tag)
{
    numbers_.repeated.add();
    if (call.state == State::in_doubt) {
        call.state = State::holding;  // `processing` was not taken
    } else if (!call.is_unanswered() || !call.is_lost) {
        return bus_->acknowledge(tag);
    }
    call.tag = tag;
    call.is_lost = false;
    if (call.state == State::holding) reply(call);
}

// Two replies to one call cannot be told apart, and a call follows one document.
void RequestDesk::supersede(const std::string& call_id)
{
    const auto found = by_call_id_.find(call_id);
    if (found == by_call_id_.end()) return;
    Call& before = *found->second;
    if (before.is_unanswered()) {
        attendant_.note(before.own_id,
                        "the same call has made another request: this one is dropped");
        before.failure = "cancelled: the same call has made another request";
        return drop(before, numbers_.superseded);
    }
    if (before.state == State::in_doubt && !before.line) {
        return drop(before, numbers_.superseded);  // KAZOO has gone on
    }
    if (before.line && !before.is_over && before.state != State::flow_sent) {
        attendant_.note(before.own_id,
                        "the same call has made another request: this document ends");
        before.line->performed().yield();
    }
}

void RequestDesk::begin(Call& call, PivotRequest::Question question, Nanoseconds left_ns)
{
    const Nanoseconds budget_ns =
        std::min<Nanoseconds>(std::chrono::nanoseconds(question.action.timeout).count(), left_ns);
    question.action.timeout = timeout_within(budget_ns);
    call.answer_by = reactor_.now() + budget_ns;
    call.hold_until = std::min(call.hold_until, call.answer_by);
    call.set_timer(call.answer_by);
    call.has_session = true;
    call.call_object = std::move(question.call_object);
    call.branch = std::move(question.branch);
    call.wants_event_as_cdr = !question.action.cdr_url.empty();
    if (question.headers_dropped > 0 && !std::exchange(has_warned_of_headers_, true)) {
        attendant_.warn(
            call.own_id,
            "Custom-Request-Headers: only names that begin with X- are sent, and values "
            "without line breaks; the others are left out, here and in later requests");
    }
    Arrival arrival{call.own_id, std::move(question.call), std::move(question.action)};
    std::string why = attendant_.begin(std::move(arrival), call.channel(), call.ticket);
    if (!question.warning.empty()) attendant_.warn(call.own_id, question.warning);
    if (why.empty()) return;
    call.has_session = false;
    fail(call, std::move(why));
}

// ---- outcomes -----------------------------------------------------------------------------------

void RequestDesk::take_flow(Call& call, std::string flow)
{
    if (call.state == State::performing) return go_on(call, std::move(flow));
    if (call.state > State::in_doubt) return;
    call.flow = std::move(flow);
    if (call.state != State::waiting) return;  // a document came before it
    call.state = State::holding;
    reply(call);
}

// A document that commands nothing is valid.
void RequestDesk::take_back(Call& call, const SessionEnd& end)
{
    call.is_given_back = true;
    call.ends_badly = !end.branch.empty();
    call.owes_cdr = end.owes_cdr;
    if (call.state == State::performing) return finish(call);
    if (call.state != State::waiting) return;
    if (!call.ends_badly && end.iterations > 0) return open(call);
    hang_up(call);
    fail(call, end.failure.empty() ? "cancelled: the session was ended" : end.failure);
}

void RequestDesk::end_session(Call& call, const SessionEnd& end)
{
    SessionEnd told = end;
    told.branch.clear();  // KAZOO's callflow takes it
    const bool is_document = call.line != nullptr && call.state == State::holding;
    if (call.state <= State::opening || is_document) fail(call, "cancelled: the session was ended");
    if (call.line && !call.is_over) abandon(call, end);
    call.line.reset();
    if (told.failure.empty()) told.failure = call.failure;
    call.has_session = false;
    attendant_.ended(call.own_id, told);
    if (call.state == State::settled) settle(call);
}

void RequestDesk::fail(Call& call, std::string why)
{
    call.failure = std::move(why);
    call.state = State::holding;
    reply(call);
}

// Ends the session, because the caller is KAZOO's. A call that was not performed here leaves no
// CDR.
void RequestDesk::hang_up(Call& call)
{
    if (std::exchange(call.is_over, true) || !call.has_session) return;
    HungUp hung_up;
    if (!call.was_performed) hung_up.cdr.emplace();
    attendant_.tell(call.ticket, std::move(hung_up));
}

void RequestDesk::is_due(Call& call)
{
    if (call.state == State::waiting && call.has_document) return open(call);
    if (call.state == State::waiting) {
        hang_up(call);
        return fail(call, "timeout: there was no answer within the request's time");
    }
    if (call.state == State::holding) return reply(call);
    if (call.state == State::in_doubt && reactor_.now() < call.flow_by) {
        return can_publish() ? lead_on(call) : doubt(call);
    }
    if (call.state == State::apologizing) return go_on(call, std::string(no_flow));
    attendant_.warn(call.own_id, "the callflow could not be sent: there was no bus for it");
    hang_up(call);
    settle(call);
}

// ---- replies ------------------------------------------------------------------------------------

void RequestDesk::reply(Call& call)
{
    assert(call.state == State::holding);
    if (reactor_.now() > call.reply_by) return drop(call, numbers_.too_old);
    if (!can_publish() || call.is_lost) return call.set_timer(call.reply_by + 1);  // it is too late
    if (reactor_.now() < call.hold_until) return call.set_timer(call.hold_until);
    call.set_timer(never);
    const bool is_first = call.message_id.empty();
    const bool has_flow = call.failure.empty();
    call.is_returned = false;
    call.state = State::replied;
    publish(call, has_flow ? replies_.processing(call.call_id, call.controller, call.message_id)
                           : replies_.failed(call.call_id, call.controller, call.message_id));
    if (call.tag != 0) bus_->acknowledge(std::exchange(call.tag, 0));
    if (!is_first) return;
    (has_flow ? numbers_.processing : numbers_.failed).add();
    numbers_.in_flight.take();
}

void RequestDesk::go_on(Call& call, std::string flow)
{
    count_performed(call, false);
    call.flow = std::move(flow);
    call.flow_by = reactor_.now() + flow_ns;
    send_flow(call);
}

void RequestDesk::send_flow(Call& call)
{
    if (reactor_.now() > call.flow_by) return is_due(call);
    call.state = State::flow_due;
    if (!can_publish()) return call.set_timer(call.flow_by);
    call.set_timer(never);
    call.state = State::flow_sent;
    numbers_.flows.add();
    attendant_.note(call.own_id, "KAZOO gets the callflow");
    publish(call, replies_.flow(call.id_on_bus(), call.flow, call.message_id));
}

void RequestDesk::publish(Call& call, const Publication& publication)
{
    unconfirmed_.push_back({bus_->publish(publication), &call});
}

// Without a reply.
void RequestDesk::drop(Call& call, Counter& reason)
{
    reason.add();
    if (call.message_id.empty()) numbers_.in_flight.take();
    if (call.failure.empty()) call.failure = "cancelled: KAZOO no longer waits for the reply";
    if (call.tag != 0 && bus_ != nullptr) bus_->acknowledge(std::exchange(call.tag, 0));
    hang_up(call);
    settle(call);
}

// Nothing is left to send. The call is destroyed with its session.
void RequestDesk::settle(Call& call)
{
    if (call.state == State::flow_sent) move(call);
    call.state = State::settled;
    call.set_timer(never);
    count_performed(call, false);
    if (call.has_session) return;
    const auto latest = by_call_id_.find(call.id_on_bus());
    if (latest != by_call_id_.end() && latest->second == &call) by_call_id_.erase(latest);
    if (!call.may_come_again) settled_.add(call.key, reactor_.now());
    calls_.erase(calls_.find(call.key));
}

// KAZOO's callflow has the call now. A performed call leaves its CDR when the caller hangs up.
void RequestDesk::move(Call& call)
{
    if (!call.has_session || call.is_over) return;
    if (call.line) return call.line->performed().yield();
    attendant_.tell(call.ticket, Moved());
    hang_up(call);
}

}  // namespace pivot::switches::kazoo
