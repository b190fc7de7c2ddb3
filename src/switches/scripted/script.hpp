// A script for the other side of a call: what the caller does, how those behave who are called, and
// what is expected of the pivot. docs/simulate.md has the language.
//
//     wait for say "account number"
//     press 1234#
//     leg busy
//     expect dial +14155550100
#pragma once

#include "switches/scripted/behaviour.hpp"
#include "switches/scripted/deed.hpp"

#include <cstddef>
#include <cstdint>
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
        redirect,       // by the host
        someone_joins,  // the caller's conference
        someone_leaves,
        plan_dial,  // how those behave that are dialled next
        plan_talk,  // and the caller in the recording that is made next
        plan_queue,
        plan_room,
        plan_stream,
        plan_module,
        expect,
        expect_callback,  // anywhere in the call
        expect_none,      // in the whole call
    };
    Kind kind = Kind::wait;
    std::size_t line = 0;
    std::string text;                   // the step as it is written
    std::string deed;                   // of what is waited for or expected: a kind of deed
    std::string subject;                // and its subject; empty: any
    std::string method;                 // and its method; empty: any
    std::string words;                  // keys, words to speak, or the URL of redirect
    std::chrono::milliseconds time{0};  // of wait; of others, after which they happen
    std::vector<std::pair<std::string, std::string>> parameters;  // and these among its own
    bool wants_taken = false;                                     // and taken by the server
    DialBehaviour dial;
    TalkBehaviour talk;
    QueueBehaviour queue;
    RoomBehaviour room;
    StreamBehaviour stream;
    ModuleBehaviour module;
};

// The error is `LINE: sentence`: what is wrong, and what to do.
tl::expected<std::vector<Step>, std::string> read_script(std::string_view text);

// Whether `deed` is of the kind and the subject that a step waits for or expects.
bool is_about(const Step& step, const Deed& deed);

// Whether `deed` is the very thing.
bool matches(const Step& step, const Deed& deed);

// Why a deed that a step is about is not the very thing: `Digits is "2", and there is no To among
// AccountSid, CallSid`.
std::string difference(const Step& step, const Deed& deed);

// Takes the address that a step expects out of those of a dial; false: it is not among them.
bool take_address(const Step& step, std::vector<std::string>& addresses);

}  // namespace pivot::switches::scripted
