// What passes between a call and the home of its room or queue.
//
//     a member's call ── Message ──► House: Room, Queue ── Order ──► each member's call
//
// Both are values, so that they can be posted from one lane to another.
#pragma once

#include "base/clock.hpp"

#include <pivot/event.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::rooms {

// One stay of one call. Never used again within the engine.
using MemberId = std::uint64_t;

// Where a room or a queue is found: those of one account are no other's.
std::string place_of(std::string_view account_id, std::string_view name);
std::string_view name_of(std::string_view place);

// The document that a caller hears before they are connected with whoever takes them out of a
// queue.
struct Greeting {
    std::string url;  // absolute; empty if there is none
    Method method = Method::post;
};

struct Message {
    enum class Kind : std::uint8_t {
        join,
        enqueue,
        dequeue,
        ready,  // the caller has heard the greeting
        leave,
    };

    Kind kind = Kind::leave;
    MemberId member = 0;
    std::string place;
    std::string call_id;
    Nanoseconds at = 0;  // by the clock of the calls

    // of join
    bool is_moderator = true;
    bool ends_with_caller = false;
    bool beeps_on_enter = false;
    bool beeps_on_exit = false;

    // of join and enqueue: more than these are refused; 0: no limit
    unsigned size_max = 0;

    // of dequeue
    Greeting greeting;

    // of ready: who greets
    MemberId taker = 0;

    // of leave: the switch could not connect the caller
    bool has_failed = false;
};

struct Order {
    enum class Kind : std::uint8_t {
        mix,     // join this mix
        hold,    // leave the mix or the greeting, and wait
        greet,   // hear the greeting, and say when that is done
        expect,  // somebody is there, and is being greeted: wait for as long as that takes
        beep,
        news,  // this has happened
        end,   // the stay is over: the event ends its job, and nothing comes after it
    };

    MemberId member = 0;
    Kind kind = Kind::news;
    std::string mix;           // of mix
    unsigned members_max = 0;  // of mix; 0: no limit
    Event event;               // of news and end, without its job

    // of greet
    Greeting greeting;
    MemberId taker = 0;
    std::string taker_call_id;
    std::chrono::seconds waited{0};  // in the queue
};

using Orders = std::vector<Order>;

Order mix_order(MemberId member, std::string_view mix, unsigned members_max);
Order order(MemberId member, Order::Kind kind);
Order order(MemberId member, Order::Kind kind, Event event);

}  // namespace pivot::rooms
