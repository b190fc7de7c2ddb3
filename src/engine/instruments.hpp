// The only access to an engine besides its public face.
//
// If the engine has only one thread, `pivot serve` keeps its connection to a switch there, so that
// no command or event has to wake another thread:
//
//     the engine's thread: turns ─► guest: turns, turns, … returns ─► turns
//
// And it hands over a call's texts, as it needs them no more.
//
// The rest is for simulated calls (`pivot simulate`). They use a manual clock, which Engine::run()
// advances whenever they only wait:
//
//     run ─► turns ─► what is due at this moment ─► callbacks, one by one ─► the clock goes on
//
// It stands while a web server is asked, whose time is real. So everything is asked for and told in
// the same order at the same times, however long a server takes. Every exchange leaves a debug
// record, and CDRs wait in memory.
#pragma once

#include <pivot/engine.hpp>
#include <pivot/session.hpp>

#include <functional>
#include <memory>
#include <string>

#include <tl/expected.hpp>

namespace pivot::execute {
class Journal;
}

namespace pivot::reactor {
class Clock;
class Reactor;
}  // namespace pivot::reactor

namespace pivot::engine {

// Turns the reactor until none of its own work is left.
using Guest = std::function<void(reactor::Reactor& reactor)>;

struct Instruments {
    // Has the engine's thread run `guest`, which returns before the engine dies. Returns false if
    // the engine does not have exactly one thread, or has had a guest before. Any thread.
    static bool take_in(Engine& engine, Guest guest);

    // As Engine::start(), but takes the request instead of copying it. Leaves it as it is if that
    // fails.
    static Result<void> start(Engine& engine, SessionRequest&& request, Channel& channel,
                              Engine::Ticket& ticket);

    reactor::Clock& clock;      // manual
    execute::Journal& journal;  // of all calls

    // As Engine::create(), without threads. The instruments outlive the engine.
    tl::expected<std::unique_ptr<Engine>, std::string> create_engine(
        const EngineConfig& config) const;
};

}  // namespace pivot::engine
