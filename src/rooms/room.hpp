// A conference that the engine keeps: who is in it, whether it has begun, and what each member is
// to do.
//
//   join ─► waits ─┬─ two are in, one of them a moderator ─► mixed ─┬─ alone again ─► waits
//                  │                                                │
//                  └─ leave, or the end of the room ─► out ◄────────┘
//
// What happens is told to all members, each of whom wakes by it, and one member's call tells the
// web server of it: the first of those who stay. So the first one's callbacks hold for the room.
//
// Invariants: a member is in the mix only while the room has begun and somebody else is in it; who
// has joined gets exactly one `end`; the limit of the first member holds for all.
#pragma once

#include "rooms/message.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pivot::rooms {

class Room {
public:
    explicit Room(std::string mix) : mix_(std::move(mix)) {}

    void join(const Message& message, Orders& orders);
    void leave(const Message& message, Orders& orders);

    bool empty() const { return members_.empty(); }

private:
    struct Member {
        MemberId id = 0;
        std::string call_id;
        bool is_moderator = false;
        bool ends_room = false;
        bool beeps_on_exit = false;
        bool is_mixed = false;
    };

    bool may_begin() const;
    void mix_all(Orders& orders);
    void hold_the_last(Orders& orders);
    void beep(Orders& orders, MemberId except = 0) const;
    MemberId teller(MemberId leaving) const;
    void tell(ConferenceEventKind kind, std::string_view about, MemberId telling,
              Orders& orders) const;
    void end(const Member& leaving, MemberId telling, Orders& orders);

    const std::string mix_;
    std::vector<Member> members_;  // as they came
    unsigned members_max_ = 0;
    bool has_begun_ = false;
};

}  // namespace pivot::rooms
