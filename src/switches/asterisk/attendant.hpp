// Who takes the calls of a switch: the host of an engine.
#pragma once

#include "base/clock.hpp"

#include <pivot/call.hpp>
#include <pivot/channel.hpp>
#include <pivot/command.hpp>
#include <pivot/engine.hpp>
#include <pivot/session.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace pivot::switches::asterisk {

// A call that the host has Asterisk make.
struct OutboundCall {
    std::string call_id;
    Address callee;
    CallerNumber caller_id;            // that the callee is shown; empty: Asterisk's own
    std::chrono::seconds timeout{60};  // of the ringing
};

// A call as Asterisk hands it over. One that the host has made, and somebody has answered, has its
// own call id and the direction outbound_api.
struct Arrival {
    Call call;
    std::string channel_id;  // Asterisk's own
    std::string said;    // the dialplan's own action: a URL, a name or JSON; empty: there is none
    std::string called;  // the number
    bool is_answered = false;
};

class Attendant {
public:
    // The id of a call that Asterisk calls so: this one, or another if a call in flight has it. A
    // forked INVITE comes more than once, and the dialplan may hand over a channel again.
    virtual std::string own_id(std::string call_id) = 0;

    // Begins a session, at whose end the call is given back, or hung up if the host has made it.
    // Empty: it has begun, and ended() will be called; else why the call is refused. `ticket` and
    // `channel` live until ended().
    virtual std::string begin(Arrival arrival, Channel& channel, Engine::Ticket& ticket) = 0;

    // A call that the host has made is over, and was never begun. `why` is a sentence; empty:
    // nobody answered, which the cause says.
    virtual void not_answered(std::string_view call_id, const Cause& cause,
                              std::string_view why) = 0;

    virtual void tell(Engine::Ticket ticket, Event event) = 0;

    // For the log. These are called on threads of the engine as well.
    virtual void note(std::string_view call_id, std::string_view text) = 0;
    virtual void warn(std::string_view call_id, std::string_view text) = 0;
    virtual void ended(std::string_view call_id, const SessionEnd& end) = 0;

    // An orphan was met: a call in Asterisk that nobody performs any more. `text` says what becomes
    // of it. This one and the next are called on the switch's thread.
    virtual void met_orphan(std::string_view channel_id, std::string_view text) = 0;

    // Asterisk has answered a command of a call after this time, or was not waited for any longer.
    virtual void timed(Nanoseconds duration) = 0;

protected:
    ~Attendant() = default;
};

}  // namespace pivot::switches::asterisk
