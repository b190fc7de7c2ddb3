// Where calls come from: a switch, or a script.
//
// A front end is a host of the engine: it sees include/pivot, and the reception, which knows what
// all of them have in common.
#pragma once

#include "base/counter.hpp"
#include "pivot/serve/calls/outbound_call.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::tools {

// A number of one front end. All of one name follow each other.
struct FrontMetric {
    enum class Type : std::uint8_t { counter, gauge };

    std::string_view name;
    std::string_view help;
    Type type = Type::counter;
    std::string labels;  // `switch="kazoo-main"`
    std::uint64_t value = 0;
};

class Front {
public:
    virtual ~Front() = default;

    // For the line that says what runs: `2 scripted calls, 1 a second`.
    virtual std::string description() const = 0;

    // What metrics and `/readyz` call it: one word, which does not change.
    virtual std::string_view name() const = 0;

    // Why calls cannot come now, as a sentence without a full stop; empty if they can. Any thread,
    // from before start() until after stop().
    virtual std::string obstacle() const { return {}; }

    // Appends what `/metrics` has of it. Any thread.
    virtual void add_metrics(std::vector<FrontMetric>&) const {}

    // How long its switch took for each command; null if it has none. Any thread, as the next one.
    virtual const Histogram* command_durations() const { return nullptr; }

    // How many calls it met in its switch that nobody performed any more.
    virtual std::uint64_t calls_lost() const { return 0; }

    // Whether its thread still works, as Engine::is_turning() has it.
    virtual bool is_turning() { return true; }

    // Calls may come from now on.
    virtual void start() = 0;

    // Takes no more calls; those it has go on.
    virtual void refuse_calls() = 0;

    // Takes calls again.
    virtual void take_calls() = 0;

    // Whether it can make calls, as far as there is no obstacle.
    virtual bool makes_calls() const { return false; }

    // Makes a call, which the reception expects: begin_outbound() or note_unanswered() follows. Any
    // thread.
    virtual void place(const OutboundCall&) {}

    // Hangs up the far end of a call; does nothing if this front end has no such call. Any thread.
    virtual void hang_up(std::string call_id) = 0;

    // The operator has changed something: what it waits for before it tries again is over.
    virtual void try_now() {}

    // No call is left: the engine has ended them all.
    virtual void stop() = 0;
};

}  // namespace pivot::tools
