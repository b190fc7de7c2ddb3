// Modules after which the call goes on elsewhere.
#include "execute/modules/data.hpp"
#include "execute/modules/facts.hpp"
#include "execute/modules/modules.hpp"
#include "execute/modules/name_in.hpp"

#include <charconv>
#include <utility>

namespace pivot::execute::modules {

namespace {

constexpr std::string_view no_match = "no_match";
constexpr std::string_view not_done = "the switch could not do it";

Task<ModuleEnd> park_in(Work work, SlotName slot, Deadline& deadline)
{
    co_await work.call.answer(deadline);
    if (work.call.must_stop()) co_return stop();
    const JobId job = work.call.begin(JobKind::move, caller, move_limit);
    work.call.channel().park(job, slot);
    co_return co_await end_with_job(work, job, not_done, deadline);
}

Task<ModuleEnd> move_to(Work work, Transfer order, Deadline& deadline)
{
    const JobId job = work.call.begin(JobKind::move, caller, move_limit);
    work.call.channel().transfer(job, order);
    return end_with_job(work, job, not_done, deadline);
}

std::string first_capture(json::Value data)
{
    const auto captures = data.find("captures");
    if (!captures || !captures->is_array()) return std::string(no_match);
    for (const auto capture : captures->elements()) return std::string(capture.text());
    return std::string(no_match);
}

// A number, a user, or a SIP URI.
Address address_of(std::string_view target)
{
    if (const auto number = DialledNumber::of(target); !number.empty()) return Address(number);
    if (const auto user = UserName::of(target); !user.empty()) return Address(user);
    return Address(SipUri::of(target));
}

bool is_beyond(std::string_view slot, std::int64_t slot_max)
{
    std::int64_t place = 0;
    const auto [end, error] = std::from_chars(slot.data(), slot.data() + slot.size(), place);
    return error == std::errc() && end == slot.data() + slot.size() && place > slot_max;
}

}  // namespace

// Only a switch knows which other call its user has.
Task<ModuleEnd> move(Work work, json::Value, Deadline& deadline)
{
    return hand_over(work, deadline);
}

Task<ModuleEnd> park(Work work, json::Value data, Deadline& deadline)
{
    const std::string_view action = text(data, "action", "park");
    if (action == "retrieve" || action == "auto") return hand_over(work, deadline);
    std::string slot(text(data, "slot"));
    if (slot.empty()) slot = captured_number(work);
    const std::int64_t slot_max = number(data, "max_slot_number", 0);
    if (slot_max > 0 && is_beyond(slot, slot_max)) {
        return at_once(go_on("MAX_SLOT_EXCEEDED"), deadline);
    }
    auto name = SlotName::of(slot);
    if (name.empty() && !slot.empty()) {
        return at_once(give_up(work, fmt::format("\"{}\" cannot be a slot", printable(slot))),
                       deadline);
    }
    return park_in(work, std::move(name), deadline);
}

Task<ModuleEnd> transfer(Work work, json::Value data, Deadline& deadline)
{
    const std::string capture = first_capture(data);
    const bool has_capture = capture != no_match && !capture.empty();
    Transfer order;
    std::string target(text(data, "target"));
    if (target.empty() && has_capture) target = capture;
    if (target.empty()) return at_once(give_up(work, "there is no target"), deadline);
    order.target = address_of(target);
    if (order.target.empty()) {
        return at_once(give_up(work, "the target is neither a number nor a SIP URI"), deadline);
    }
    order.is_attended = text(data, "transfer_type") == "attended";
    order.moves_other_leg = text(data, "leg", has_capture ? "bleg" : "self") == "bleg";
    return move_to(work, std::move(order), deadline);
}

}  // namespace pivot::execute::modules
