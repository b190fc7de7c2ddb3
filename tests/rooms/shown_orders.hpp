// Orders of rooms and queues as a test reads them: `1 mix`, `2 join ann`, `3 end finished`.
#pragma once

#include "rooms/message.hpp"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <fmt/format.h>

namespace pivot::test {

using rooms::MemberId;
using rooms::Message;
using rooms::Order;
using rooms::Orders;

inline std::string_view name_of(ConferenceEventKind kind)
{
    static constexpr std::string_view names[] = {"start",        "end",        "join", "leave",
                                                 "mute",         "unmute",     "hold", "unhold",
                                                 "speech start", "speech stop"};
    return names[static_cast<std::size_t>(kind)];
}

// `join ann`, with a `?` where another call tells of it.
inline std::string shown(const ConferenceHappened& happened)
{
    return fmt::format("{}{}{}{}", name_of(happened.kind), happened.member.empty() ? "" : " ",
                       happened.member, happened.is_told_elsewhere ? "?" : "");
}

// `stands 1 of 3, 20 s`.
inline std::string shown(const QueueStanding& standing)
{
    return fmt::format("stands {} of {}, {} s", standing.position, standing.size,
                       standing.waited_average.count());
}

inline std::string shown(const QueueBridged&)
{
    return "bridged";
}

// `end bridged with bob, 20 s, 65 s`.
inline std::string shown(const QueueEnded& ended)
{
    static constexpr std::string_view names[] = {"bridged", "left", "hung up", "full", "failed"};
    std::string text = fmt::format("end {}", names[static_cast<std::size_t>(ended.end)]);
    if (!ended.other_call_id.empty()) text += fmt::format(" with {}", ended.other_call_id);
    return text + fmt::format(", {} s, {} s", ended.waited.count(), ended.talked.count());
}

inline std::string shown(const JobEnded& ended)
{
    static constexpr std::string_view names[] = {"finished", "stopped", "failed"};
    return fmt::format("end {}", names[static_cast<std::size_t>(ended.end)]);
}

template <typename Other>
std::string shown(const Other&)
{
    return "another event";
}

inline std::string shown(const Order& order)
{
    switch (order.kind) {
        case Order::Kind::mix:
            return order.members_max == 0 ? std::string("mix")
                                          : fmt::format("mix {}", order.members_max);
        case Order::Kind::hold: return "hold";
        case Order::Kind::greet:
            return fmt::format("greet with {} of {}, {} s", order.greeting.url, order.taker_call_id,
                               order.waited.count());
        case Order::Kind::expect: return "expect";
        case Order::Kind::beep: return "beep";
        case Order::Kind::news:
        case Order::Kind::end: break;
    }
    return std::visit([](const auto& event) { return shown(event); }, order.event);
}

inline std::vector<std::string> shown(const Orders& orders)
{
    std::vector<std::string> all;
    for (const Order& order : orders) {
        all.push_back(fmt::format("{} {}", order.member, shown(order)));
    }
    return all;
}

}  // namespace pivot::test
