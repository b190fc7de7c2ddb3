// The one door into an engine beside its public face.
//
// `pivot serve` has its connection to a switch on the engine's own thread if there is just one, so
// that no command and no event has to wake another thread:
//
//     the engine's thread: turns ─► guest: turns, turns, … returns ─► turns
//
// The others are for calls that are made up (`pivot simulate`). Their time is that of a manual
// clock, which Engine::run() advances whenever they only wait:
//
//     run ─► turns ─► what is due at this moment ─► callbacks, one by one ─► the clock goes on
//
// It stands while a web server is asked, whose time is real. So everything is asked for and told in
// the same order at the same times, however long a server takes. Every exchange leaves a debug
// record, and CDRs wait in memory.
#pragma once

#include <pivot/engine.hpp>

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

// Turns the reactor until nothing on it is its own any more.
using Guest = std::function<void(reactor::Reactor& reactor)>;

struct Instruments {
    // Has the engine's thread run `guest`, which returns before the engine dies. False if the
    // engine has no thread, several, or has had a guest before. Any thread.
    static bool take_in(Engine& engine, Guest guest);

    reactor::Clock& clock;      // manual
    execute::Journal& journal;  // of all calls

    // As Engine::create(), without threads. The instruments outlive the engine.
    tl::expected<std::unique_ptr<Engine>, std::string> create_engine(
        const EngineConfig& config) const;
};

}  // namespace pivot::engine
