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

// The connection was lost before `processing` was confirmed.
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

void RequestDesk::resolve(Call& call, bool is_ours_alone)
{
    if (is_ours_alone) return lead_on(call);
    call.set_timer(std::min(claim(call), call.flow_by));
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

}  // namespace pivot::switches::kazoo
