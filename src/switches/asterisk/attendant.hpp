// The host that takes the calls of a switch.
#pragma once

#include "base/clock.hpp"

#include <pivot/call.hpp>
#include <pivot/channel.hpp>
#include <pivot/command.hpp>
#include <pivot/engine.hpp>
#include <pivot/session.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pivot::switches::asterisk {

// A call that the host asks Asterisk to make.
struct OutboundCall {
    std::string call_id;
    std::string account_id;
    Address callee;
    CallerNumber caller_id;            // shown to the callee; empty for Asterisk's own
    std::chrono::seconds timeout{60};  // for the ringing
};

// A call that Asterisk hands over. If the host had it made and somebody has answered, it has the
// host's call id and the direction outbound_api.
struct Arrival {
    Call call;
    std::string channel_id;  // Asterisk's own
    std::string said;  // the action in the dialplan: a URL, a name or JSON; empty if there is none
    std::string called;  // the number
    bool is_answered = false;
};

// A call in Asterisk that nobody performs any more.
struct Orphan {
    std::string channel_id;
    std::string call_id;  // as in an Arrival
    std::string caller;
    std::string called;
    std::string account_id;          // empty if Asterisk knows none
    std::int64_t began_unix_ms = 0;  // 0 if unknown
};

// Why the host does not take a call.
struct Refusal {
    std::string why;
    bool has_no_action = false;  // so that no other host would take it either
};

class Attendant {
public:
    // Returns the id for a call that Asterisk calls `call_id`: the same, or another if a call in
    // flight has it. A forked INVITE arrives more than once, and the dialplan may hand a channel
    // over again.
    virtual std::string own_id(std::string call_id) = 0;

    // Returns the account of a call for which Asterisk names `account_id`, which may be empty.
    virtual std::string own_account(std::string account_id) = 0;

    // Begins a session. At its end the call is given back, or hung up if the host had it made.
    // Returns nothing if it has begun, after which ended() will be called. `ticket` and `channel`
    // live until ended().
    virtual std::optional<Refusal> begin(Arrival arrival, Channel& channel,
                                         Engine::Ticket& ticket) = 0;

    // A call that the host asked for is over without a session. `why` is a sentence; empty if
    // nobody answered, of which the cause says more.
    virtual void not_answered(std::string_view call_id, const Cause& cause,
                              std::string_view why) = 0;

    virtual void tell(Engine::Ticket ticket, Event event) = 0;

    // For the log. These are also called on the engine's threads.
    virtual void note(std::string_view call_id, std::string_view text) = 0;
    virtual void warn(std::string_view call_id, std::string_view text) = 0;
    virtual void ended(std::string_view call_id, const SessionEnd& end) = 0;

    // `text` says what happens to it. This and the next two are called on the switch's thread.
    virtual void met_orphan(const Orphan& orphan, std::string_view text) = 0;

    // The recording of a call that a process before this one has lost, by its channel.
    virtual void kept_recording(std::string_view channel_id, std::string_view text) = 0;

    // How long Asterisk took to answer a call's command, or how long it was waited for.
    virtual void timed(Nanoseconds duration) = 0;

protected:
    ~Attendant() = default;
};

}  // namespace pivot::switches::asterisk
