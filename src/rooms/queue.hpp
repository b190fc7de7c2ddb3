// A queue that the engine keeps: callers wait in their order, and others take them out of it.
//
//   enqueue ─► waits ─┬──────────────────────► bridged ── one leaves ──► both are out
//   dequeue ─► waits ─┤                           ▲
//                │    └─► greeted ──── ready ─────┘
//                │           └── one leaves ──► out; the other one waits again, in front
//                └─ leave ─► out
//
// Whoever dequeues while nobody waits, waits too; how long is their call's business. Where they
// bring a greeting, the caller hears it before the two are connected.
//
// Invariants: callers wait, or those who want one, never both; who came first is taken first; each
// who came gets exactly one `end`; a mix has the two of a pair in it and nobody else.
#pragma once

#include "rooms/message.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace pivot::rooms {

class Queue {
public:
    void enqueue(const Message& message, Orders& orders);
    void dequeue(const Message& message, Orders& orders);
    void ready(const Message& message, Orders& orders);
    void leave(const Message& message, Orders& orders);

    bool empty() const { return callers_.empty() && takers_.empty() && pairs_.empty(); }

private:
    struct Member {
        MemberId id = 0;
        std::string call_id;
        Nanoseconds came_at = 0;
        std::uint64_t number = 0;  // in the order in which they came
        Greeting greeting;         // of one who takes callers
        QueueStanding standing;    // as it was told last
    };
    using Line = std::deque<Member>;
    struct Pair {
        Member caller;
        Member taker;
        Nanoseconds taken_at = 0;
        std::optional<Nanoseconds> bridged_at;  // none: the caller is being greeted
    };

    Member member_of(const Message& message);
    void match(Nanoseconds now, Orders& orders);
    void bridge(Pair& pair, Nanoseconds now, Orders& orders);
    static void greet(const Pair& pair, Orders& orders);
    static bool leave_line(Line& line, const Message& message, Orders& orders);
    void leave_greeting(Pair pair, const Message& message, Orders& orders);
    void put_back(Line& line, Member member, Orders& orders) const;
    void part(const Pair& pair, const Message& message, Orders& orders) const;
    void tell_standings(Orders& orders);
    QueueStanding standing_in(const Line& line, std::size_t index) const;

    Line callers_;
    Line takers_;
    std::vector<Pair> pairs_;
    std::uint64_t last_ = 0;
    std::chrono::nanoseconds waited_{0};  // by those who were taken
    unsigned taken_ = 0;
};

}  // namespace pivot::rooms
