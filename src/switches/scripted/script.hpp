// A script for the other side of a call: what the caller does, how those behave who are called, and
// what is expected of the pivot. docs/simulate.md has the language.
//
//     wait for say "account number"
//     press 1234#
//     leg busy
//     expect dial +14155550100
#pragma once

#include "switches/scripted/scripted_channel.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

namespace pivot::switches::scripted {

struct Step {
    enum class Kind : std::uint8_t {
        wait_for,  // something that is done
        wait,      // some time
        press,
        speak,
        hang_up,
        caller,  // how he behaves from now on
        leg,     // how those behave that are dialled from now on
        queue,
        room,
        expect,
        expect_no_warnings,
    };
    Kind kind = Kind::wait;
    std::size_t line = 0;
    std::string text;      // the step as it is written
    std::string deed;      // of wait_for and expect: a kind of deed
    std::string subject;   // and what it has in it; empty: anything
    std::string words;     // keys, or words to speak
    milliseconds time{0};  // of wait; of others, after which they happen
    std::vector<std::pair<std::string, std::string>> parameters;  // of an expected request
    unsigned place = 0;   // of a leg, from 1; 0: see `address`
    std::string address;  // of a leg; empty: all
    LegBehaviour leg;
    CallerBehaviour caller_behaviour;
    QueueBehaviour queue_behaviour;
    RoomBehaviour room_behaviour;
};

// The error is `LINE: sentence`.
tl::expected<std::vector<Step>, std::string> read_script(std::string_view text);

// Whether `deed` is what a step waits for or expects.
bool matches(const Step& step, const Deed& deed);

}  // namespace pivot::switches::scripted
