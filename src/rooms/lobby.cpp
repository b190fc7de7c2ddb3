#include "rooms/lobby.hpp"

#include <functional>
#include <utility>

namespace pivot::rooms {

unsigned Lobby::home_of(std::string_view place, unsigned lanes)
{
    return static_cast<unsigned>(std::hash<std::string_view>{}(place) % lanes);
}

MemberId Lobby::admit(Guest& guest)
{
    const MemberId member = ++last_ * lanes_ + lane_;
    guests_.emplace(member, &guest);
    return member;
}

void Lobby::send(Message message)
{
    const unsigned home = home_of(message.place, lanes_);
    if (home == lane_) return take(message);
    mail_->send(home, std::move(message));
}

void Lobby::take(const Message& message)
{
    for (Order& order : house_.take(message)) {
        const auto lane = static_cast<unsigned>(order.member % lanes_);
        if (lane == lane_) {
            take(order);
        } else {
            mail_->send(lane, std::move(order));
        }
    }
}

void Lobby::take(const Order& order)
{
    const auto found = guests_.find(order.member);
    if (found != guests_.end()) found->second->take(order);
}

}  // namespace pivot::rooms
