#include "rooms/message.hpp"

#include <utility>

namespace pivot::rooms {

// No name has a line break in it.
std::string place_of(std::string_view account_id, std::string_view name)
{
    std::string place(account_id);
    place += '\n';
    place += name;
    return place;
}

std::string_view name_of(std::string_view place)
{
    return place.substr(place.find('\n') + 1);
}

Order mix_order(MemberId member, std::string_view mix, unsigned members_max)
{
    Order made = order(member, Order::Kind::mix);
    made.mix = mix;
    made.members_max = members_max;
    return made;
}

Order order(MemberId member, Order::Kind kind)
{
    Order made;
    made.member = member;
    made.kind = kind;
    return made;
}

Order order(MemberId member, Order::Kind kind, Event event)
{
    Order made = order(member, kind);
    made.event = std::move(event);
    return made;
}

}  // namespace pivot::rooms
