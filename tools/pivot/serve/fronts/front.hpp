// A front end: where calls come from, be it a switch or a script.
//
// A front end is a host of the engine: it sees include/pivot, and the reception, which has what all
// of them share.
#pragma once

#include "base/counter.hpp"
#include "pivot/serve/calls/outbound_call.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::tools {

// A number of one front end. Those with the same name are adjacent.
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

    // For the start-up line: `2 scripted calls, 1 a second`.
    virtual std::string description() const = 0;

    // Its name in metrics and `/readyz`: one word, which never changes.
    virtual std::string_view name() const = 0;

    // Why calls cannot come now, as a sentence without a full stop; empty if they can. Any thread,
    // from before start() until after stop().
    virtual std::string obstacle() const { return {}; }

    // Appends its metrics. Any thread.
    virtual void add_metrics(std::vector<FrontMetric>&) const {}

    // How long its switch took for each command; null if there is no switch. Any thread, like the
    // next.
    virtual const Histogram* command_durations() const { return nullptr; }

    // How many calls it found in its switch that nobody performed any more.
    virtual std::uint64_t calls_lost() const { return 0; }

    // Whether its thread still works, as in Engine::is_turning().
    virtual bool is_turning() { return true; }

    // Calls may come from now on.
    virtual void start() = 0;

    // Takes no more calls; those it has go on.
    virtual void refuse_calls() = 0;

    // Takes calls again.
    virtual void take_calls() = 0;

    // Whether it can make calls while there is no obstacle.
    virtual bool makes_calls() const { return false; }

    // Makes a call, which the reception expects: begin_outbound() or note_unanswered() follows. Any
    // thread.
    virtual void place(const OutboundCall&) {}

    // Hangs up the far end of a call. Does nothing if this front end has no such call. Any thread.
    virtual void hang_up(std::string call_id) = 0;

    // Tries again at once, because the operator may have fixed the obstacle.
    virtual void try_now() {}

    // Called when no call is left, because the engine has ended them all.
    virtual void stop() = 0;
};

}  // namespace pivot::tools
