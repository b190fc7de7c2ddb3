#include "rooms/house.hpp"

#include "rooms/mix_name.hpp"

namespace pivot::rooms {

Orders House::take(const Message& message)
{
    using Kind = Message::Kind;
    Orders orders;
    switch (message.kind) {
        case Kind::join: {
            auto found = rooms_.find(message.place);
            if (found == rooms_.end()) {
                found = rooms_.emplace(message.place, next_mix_name()).first;
            }
            found->second.join(message, orders);
            break;
        }
        case Kind::enqueue: queues_[message.place].enqueue(message, orders); break;
        case Kind::dequeue: queues_[message.place].dequeue(message, orders); break;
        case Kind::ready: ready(message, orders); break;
        case Kind::leave: leave(message, orders); break;
    }
    return orders;
}

void House::ready(const Message& message, Orders& orders)
{
    const auto queue = queues_.find(message.place);
    if (queue != queues_.end()) queue->second.ready(message, orders);
}

// A room and a queue may have the same name, and the member is in one of them.
void House::leave(const Message& message, Orders& orders)
{
    if (const auto room = rooms_.find(message.place); room != rooms_.end()) {
        room->second.leave(message, orders);
        if (room->second.empty()) rooms_.erase(room);
    }
    if (const auto queue = queues_.find(message.place); queue != queues_.end()) {
        queue->second.leave(message, orders);
        if (queue->second.empty()) queues_.erase(queue);
    }
}

}  // namespace pivot::rooms
