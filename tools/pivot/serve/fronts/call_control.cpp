#include "pivot/serve/fronts/call_control.hpp"

#include "base/pass_on.hpp"

#include <ranges>
#include <utility>

namespace pivot::tools {

Result<void> CallControl::place(OutboundCall call)
{
    if (!reception_.can_keep()) {
        return fail(Reason::cancelled, Phase::queue, "no row can be written for the call");
    }
    std::string obstacle = "no front end makes calls here: [asterisk] would";
    Front* const dialler = find_dialler(obstacle);
    if (dialler == nullptr) return fail(Reason::cancelled, Phase::queue, std::move(obstacle));
    auto permit =
        reception_.engine().permit_call(call.call.account_id, call.callee, call.caller_id.text());
    if (!permit) return pass_on(permit);
    call.permit = std::move(*permit);
    reception_.expect(call, dialler->name());
    dialler->place(call);
    return {};
}

// Prefers a switch to a script. Returns null if there is none, and says why in `obstacle`.
Front* CallControl::find_dialler(std::string& obstacle) const
{
    for (const auto& front : fronts_ | std::views::reverse) {
        if (!front->makes_calls()) continue;
        obstacle = front->obstacle();
        if (obstacle.empty()) return front.get();
    }
    return nullptr;
}

bool CallControl::hang_up(std::string_view call_id, const std::string* account_id)
{
    if (!reception_.has_in_flight(call_id, account_id)) return false;
    const std::string_view who = account_id == nullptr ? "operator" : "account, over the API";
    reception_.note(call_id, LogLevel::info, std::string("is hung up by the ").append(who));
    for (const auto& front : fronts_) front->hang_up(std::string(call_id));
    return true;
}

}  // namespace pivot::tools
