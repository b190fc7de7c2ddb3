// The rooms and queues that have their home on one lane, by account and name.
//
// A room is there while somebody is in it, and a queue while somebody waits or talks.
#pragma once

#include "base/string_map.hpp"
#include "rooms/message.hpp"
#include "rooms/queue.hpp"
#include "rooms/room.hpp"

namespace pivot::rooms {

class House {
public:
    // What the members are to do now, in this order.
    Orders take(const Message& message);

    bool empty() const { return rooms_.empty() && queues_.empty(); }

private:
    void ready(const Message& message, Orders& orders);
    void leave(const Message& message, Orders& orders);

    StringMap<Room> rooms_;
    StringMap<Queue> queues_;
};

}  // namespace pivot::rooms
