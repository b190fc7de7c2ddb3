// A queue that the engine keeps: callers wait in their order, and others take them out of it.
//
//   enqueue ─► waits ──┬─ taken ─► bridged ─┬─ one of the two leaves ─► both are out
//   dequeue ─► waits ──┘
//              └─ leave ─► out
//
// Whoever dequeues while nobody waits, waits too; how long is their call's business.
//
// Invariants: callers wait, or those who want one, never both; who came first is taken first; each
// who came gets exactly one `end`; a mix has the two of a pair in it and nobody else.
#pragma once

#include "rooms/message.hpp"

#include <chrono>
#include <deque>
#include <string>
#include <vector>

namespace pivot::rooms {

class Queue {
public:
    void enqueue(const Message& message, Orders& orders);
    void dequeue(const Message& message, Orders& orders);
    void leave(const Message& message, Orders& orders);

    bool empty() const { return callers_.empty() && takers_.empty() && pairs_.empty(); }

private:
    struct Member {
        MemberId id = 0;
        std::string call_id;
        Nanoseconds came_at = 0;
        QueueStanding standing;  // as it was told last
    };
    struct Pair {
        Member caller;
        Member taker;
        Nanoseconds bridged_at = 0;
    };

    void match(Nanoseconds now, Orders& orders);
    void part(const Pair& pair, const Message& message, Orders& orders) const;
    void tell_standings(Orders& orders);

    std::deque<Member> callers_;
    std::deque<Member> takers_;
    std::vector<Pair> pairs_;
    std::chrono::nanoseconds waited_{0};  // by those who were taken
    unsigned taken_ = 0;
};

}  // namespace pivot::rooms
