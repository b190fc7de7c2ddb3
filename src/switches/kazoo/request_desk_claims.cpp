// Requests that another pivot may have as well.
#include "switches/kazoo/claim.hpp"
#include "switches/kazoo/message_body.hpp"
#include "switches/kazoo/request_desk.hpp"

#include <algorithm>
#include <utility>

namespace pivot::switches::kazoo {

namespace {

// How long another pivot may take to say that it has a request.
constexpr Nanoseconds claim_ns = 250 * millisecond_ns;

}  // namespace

// The connection was lost.
void RequestDesk::lose(Call& call)
{
    const bool had_request = std::exchange(call.tag, 0) != 0;
    if (had_request) call.is_lost = true;
    if (has_company_) call.may_be_anothers = true;
    const bool is_unknown = call.state == State::replied || call.state == State::flow_sent;
    if (is_unknown) numbers_.unknown_fates.add();
    const bool leads_on = call.failure.empty() && !call.is_over;
    const bool is_only_replied = call.state == State::replied && leads_on;
    const bool is_flow_open = !call.line && (call.state == State::flow_sent ||
                                             (had_request && call.state == State::flow_due));
    if (call.state == State::in_doubt || is_only_replied || is_flow_open) return doubt(call);
    if (!is_unknown) return;
    if (call.state == State::flow_sent) return give_up(call);
    call.may_come_again = true;
    settle(call);
}

// It is unknown whether `processing` or the callflow was taken.
void RequestDesk::doubt(Call& call)
{
    call.state = State::in_doubt;
    call.set_timer(call.flow_by);
}

// Returns the time until which others may say that they have it.
Nanoseconds RequestDesk::claim(const Call& call)
{
    Claim claim;
    claim.request_id = call.request_id;
    claim.call_id = call.call_id;
    claim.was_delivered_again = call.is_unanswered();
    bus_->publish(replies_.claim(claim));
    return reactor_.now() + claim_ns;
}

// If the callflow was not taken, its request comes again, to us or to another, unless the queue has
// died with it.
void RequestDesk::resolve(Call& call)
{
    const bool is_ours_alone = is_queue_new_ && !call.may_be_anothers;
    if (is_ours_alone) return call.was_flow_sent ? give_up(call) : lead_on(call);
    const Nanoseconds heard_by = claim(call);
    const bool may_come_again = !call.line && !is_queue_new_;
    call.set_timer(may_come_again ? call.flow_by : std::min(heard_by, call.flow_by));
}

// Nobody has claimed the request, and it has not come again.
void RequestDesk::decide(Call& call)
{
    if (call.was_flow_sent) return give_up(call);
    const bool is_late = reactor_.now() >= call.flow_by;
    if (is_late && bus_ == nullptr) return miss(call);
    if (is_late) return stand_back(call);
    can_publish() ? lead_on(call) : doubt(call);
}

void RequestDesk::hear_claim(Heard heard)
{
    auto claim = Claim::read(take_body(heard));
    if (!claim || replies_.has_made(claim->message_id)) return;
    has_company_ = true;
    if (claim->request_id.empty()) return;
    const std::string key = key_of(claim->request_id, claim->call_id);
    const auto found = calls_.find(key);
    Call* const call = found == calls_.end() ? nullptr : found->second.get();
    const bool is_in_doubt = call != nullptr && call->state == State::in_doubt;
    const bool is_unanswered = call != nullptr && call->is_unanswered();
    if (claim->is_answer) {
        if (is_in_doubt || is_unanswered) stand_back(*call);
        return;
    }
    if (is_in_doubt) {
        if (claim->was_delivered_again) stand_back(*call);
        return;
    }
    const bool is_ours = call != nullptr && (!is_unanswered || call->tag != 0);
    if (!is_ours && !settled_.contains(key, reactor_.now())) return;
    claim->is_answer = true;
    if (can_publish()) bus_->publish(replies_.claim(*claim));
}

void RequestDesk::stand_back(Call& call)
{
    attendant_.note(call.own_id, "another pivot was given the request as well, and goes on");
    call.may_come_again = true;
    if (call.failure.empty()) call.failure = "cancelled: another pivot has the request as well";
    drop(call, numbers_.repeated);
}

// The callflow may have arrived.
void RequestDesk::give_up(Call& call)
{
    attendant_.warn(
        call.own_id,
        "the connection was lost before the callflow was confirmed. It is not sent again, "
        "because it would begin anew if it has arrived. If the caller hears nothing, hang "
        "up the channel");
    call.state = State::flow_sent;
    settle(call);
}

void RequestDesk::miss(Call& call)
{
    attendant_.warn(call.own_id, "the callflow could not be sent: there was no bus for it");
    hang_up(call);
    settle(call);
}

// The call has asked again, so KAZOO has gone on with the callflow, or without it.
void RequestDesk::conclude(Call& call)
{
    if (!call.was_flow_sent) return drop(call, numbers_.superseded);
    call.state = State::flow_sent;
    settle(call);
}

}  // namespace pivot::switches::kazoo
