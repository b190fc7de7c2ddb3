// What the channel of a performed call has of the bus. Everything is on the bus's thread.
#pragma once

#include "switches/kazoo/bus.hpp"
#include "switches/kazoo/queue_address.hpp"

#include <pivot/event.hpp>

#include <string>
#include <string_view>

namespace pivot::switches::kazoo {

// What is known of the call from the request about it.
struct CallIdentity {
    std::string call_id;
    QueueAddress control;  // where commands go
    std::string account_id;
    std::string realm;        // of the caller, `From-Realm`
    std::string fetch_id;     // of who commands the call; empty: unknown
    std::string call_object;  // `Call` of the request, JSON text
    std::string node;         // how we are called on the bus
};

class CallLine {
public:
    // Sends a command to whoever controls the call, in order, as soon as there is a connection. If
    // there is none within five seconds, PerformedCall::command_failed(job) follows. Job 0 is
    // nobody's.
    virtual void command(JobId job, std::string body) = 0;

    // The same for a message that goes elsewhere: a request to a carrier or for a conference.
    virtual void publish(JobId job, Publication publication) = 0;

    // Our queue for events and answers: Server-ID. It may have another name after a reconnect.
    virtual std::string_view queue() const = 0;

    // Events of this call id are this call's too, from now on until the end or unfollow().
    virtual void follow(const std::string& call_id) = 0;
    virtual void unfollow(const std::string& call_id) = 0;

    // The same for the events of a conference that are about this call.
    virtual void follow_conference(const std::string& conference_id) = 0;

    virtual void tell(Event event) = 0;

    // For the log.
    virtual void note(std::string_view text) = 0;
    virtual void warn(std::string_view text) = 0;

protected:
    ~CallLine() = default;
};

}  // namespace pivot::switches::kazoo
