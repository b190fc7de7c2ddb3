// The host that takes the calls about which KAZOO asks.
#pragma once

#include <pivot/action.hpp>
#include <pivot/call.hpp>
#include <pivot/channel.hpp>
#include <pivot/engine.hpp>
#include <pivot/session.hpp>

#include <string>
#include <string_view>

namespace pivot::switches::kazoo {

// A call about which KAZOO asks.
struct Arrival {
    std::string own_id;  // BusAttendant::own_id()
    Call call;
    Action action;
};

class BusAttendant {
public:
    // The id of a call in the log: this one, unless another session in flight has it, such as that
    // of an earlier request.
    virtual std::string own_id(std::string call_id) = 0;

    // Begins a session, at whose end the call is given back. Returns empty if it has begun, after
    // which the channel's ended() will be called, else why the call is refused. `ticket` and
    // `channel` live until then.
    virtual std::string begin(Arrival arrival, Channel& channel, Engine::Ticket& ticket) = 0;

    // The request of this call is invalid.
    virtual void refuse(std::string_view own_id, std::string_view why) = 0;

    virtual void tell(Engine::Ticket ticket, Event event) = 0;

    // For the log. `own_id` is empty if the line is not about one call. These are also called on
    // the engine's threads.
    virtual void note(std::string_view own_id, std::string_view text) = 0;
    virtual void warn(std::string_view own_id, std::string_view text) = 0;
    virtual void ended(std::string_view own_id, const SessionEnd& end) = 0;

protected:
    ~BusAttendant() = default;
};

}  // namespace pivot::switches::kazoo
