// park: parks the call in a slot.
#include "base/text.hpp"
#include "execute/modules/call_variables.hpp"
#include "execute/modules/module_table.hpp"
#include "execute/modules/node_data.hpp"

#include <charconv>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace pivot::execute::modules {

namespace {

Task<ModuleEnd> park_in(Work work, SlotName slot, Deadline& deadline)
{
    co_await work.call.answer(deadline);
    if (work.call.must_stop()) co_return stop();
    Park order{std::move(slot)};
    const JobId job = work.call.begin(caller, std::move(order));
    co_return co_await go_on_after(work, job, "the switch could not park the call", deadline);
}

bool is_beyond(std::string_view slot, std::int64_t slot_max)
{
    std::int64_t place = 0;
    const auto [end, error] = std::from_chars(slot.data(), slot.data() + slot.size(), place);
    return error == std::errc() && end == slot.data() + slot.size() && place > slot_max;
}

}  // namespace

Task<ModuleEnd> park(Work work, json::Value data, Deadline& deadline)
{
    const std::string_view action = text(data, "action", "park");
    if (action == "retrieve" || action == "auto") return hand_over(work, false, deadline);
    std::string slot(text(data, "slot"));
    if (slot.empty()) slot = captured_number(work);
    const std::int64_t slot_max = number(data, "max_slot_number", 0);
    if (slot_max > 0 && is_beyond(slot, slot_max)) {
        return ready(go_on("MAX_SLOT_EXCEEDED"), deadline);
    }
    auto name = SlotName::of(slot);
    if (name.empty() && !slot.empty()) {
        return ready(give_up(work, fmt::format("slot \"{}\" is not valid", printable(slot))),
                     deadline);
    }
    return park_in(work, std::move(name), deadline);
}

}  // namespace pivot::execute::modules
