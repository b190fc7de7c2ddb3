// The way of one lane's calls to rooms and queues, each of which has its home on one of the lanes.
//
//     Guest ── send ──► Lobby ── its home is here ──────► House ── orders ──► Lobby ──► Guest
//                         └───── it is elsewhere ► Mail ► the Lobby there, and back
//
// Where the home is on this lane, its orders have arrived when send() returns. Messages of one
// guest arrive in their order. What is for a guest who is gone is dropped.
#pragma once

#include "rooms/house.hpp"
#include "rooms/message.hpp"

#include <cstdint>
#include <string_view>
#include <unordered_map>

namespace pivot::rooms {

// A call in a room or a queue.
class Guest {
public:
    // On the guest's own lane. Must not send anything, but may go.
    virtual void take(const Order& order) = 0;

protected:
    ~Guest() = default;
};

// Takes what is for other lanes to the lobby there. What one lane sends to another keeps its order.
class Mail {
public:
    virtual void send(unsigned lane, Message message) = 0;
    virtual void send(unsigned lane, Order order) = 0;

protected:
    ~Mail() = default;
};

class Lobby {
public:
    // The engine has one lane.
    Lobby() = default;
    // Lanes are numbered from 0.
    Lobby(unsigned lane, unsigned lanes, Mail& mail) : lane_(lane), lanes_(lanes), mail_(&mail) {}
    Lobby(const Lobby&) = delete;
    Lobby& operator=(const Lobby&) = delete;

    // The home lane of a place, out of this many.
    static unsigned home_of(std::string_view place, unsigned lanes);

    // A guest is told what concerns this member until it is forgotten.
    MemberId admit(Guest& guest);
    void forget(MemberId member) { guests_.erase(member); }

    // To the home of `message.place`.
    void send(Message message);

    // From another lane.
    void take(const Message& message);
    void take(const Order& order);

    // Whether nobody has a home or a guest here.
    bool empty() const { return house_.empty() && guests_.empty(); }

private:
    const unsigned lane_ = 0;
    const unsigned lanes_ = 1;
    Mail* const mail_ = nullptr;
    House house_;
    std::unordered_map<MemberId, Guest*> guests_;
    std::uint64_t last_ = 0;
};

}  // namespace pivot::rooms
