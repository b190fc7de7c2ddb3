// transfer: transfers the call to another number, user or SIP URI.
#include "base/text.hpp"
#include "execute/modules/module_table.hpp"
#include "execute/modules/node_data.hpp"
#include "execute/permits.hpp"

#include <string>
#include <utility>

#include <fmt/format.h>

namespace pivot::execute::modules {

namespace {

constexpr std::string_view no_match = "no_match";

Task<ModuleEnd> move_to(Work work, Transfer order, Deadline& deadline)
{
    const JobId job = work.call.begin(caller, std::move(order));
    return go_on_after(work, job, "the switch could not transfer the call", deadline);
}

std::string first_capture(json::Value data)
{
    const auto captures = data.find("captures");
    if (!captures || !captures->is_array()) return std::string(no_match);
    for (const auto capture : captures->elements()) return std::string(capture.text());
    return std::string(no_match);
}

// The kind of address that the text is valid as, if any.
Address address_of(std::string_view target)
{
    if (const auto number = DialledNumber::of(target); !number.empty()) return Address(number);
    if (const auto user = UserName::of(target); !user.empty()) return Address(user);
    return Address(SipUri::of(target));
}

}  // namespace

Task<ModuleEnd> transfer(Work work, json::Value data, Deadline& deadline)
{
    const std::string capture = first_capture(data);
    const bool has_capture = capture != no_match && !capture.empty();
    Transfer order;
    std::string target(text(data, "target"));
    if (target.empty() && has_capture) target = capture;
    if (target.empty()) return ready(give_up(work, "there is no target"), deadline);
    order.target = address_of(target);
    if (order.target.empty()) {
        return ready(give_up(work, fmt::format("target is \"{}\", not a number, user or SIP URI",
                                               printable(target))),
                     deadline);
    }
    if (std::string why = objection_to(work.call, order.target); !why.empty()) {
        return ready(give_up(work, std::move(why)), deadline);
    }
    order.is_attended = text(data, "transfer_type") == "attended";
    order.moves_other_leg = text(data, "leg", has_capture ? "bleg" : "self") == "bleg";
    return move_to(work, std::move(order), deadline);
}

}  // namespace pivot::execute::modules
