// The one door into an engine beside its public face, for calls that are made up
// (`pivot simulate`).
//
// Their time is that of a manual clock, which Engine::run() advances whenever they only wait:
//
//     run ─► turns ─► what is due at this moment ─► callbacks, one by one ─► the clock goes on
//
// It stands while a web server is asked, whose time is real. So everything is asked for and told in
// the same order at the same times, however long a server takes. Every exchange leaves a debug
// record, and CDRs wait in memory.
#pragma once

#include <pivot/engine.hpp>

#include <memory>
#include <string>

#include <tl/expected.hpp>

namespace pivot::execute {
class Journal;
}

namespace pivot::reactor {
class Clock;
}

namespace pivot::engine {

struct Instruments {
    reactor::Clock& clock;      // manual
    execute::Journal& journal;  // of all calls

    // As Engine::create(), without threads. The instruments outlive the engine.
    tl::expected<std::unique_ptr<Engine>, std::string> create_engine(
        const EngineConfig& config) const;
};

}  // namespace pivot::engine
