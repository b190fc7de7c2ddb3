// The bus as the channel of a performed call sees it. Everything is on the bus's thread.
#pragma once

#include "switches/kazoo/bus.hpp"
#include "switches/kazoo/queue_address.hpp"

#include <pivot/event.hpp>

#include <string>
#include <string_view>

namespace pivot::switches::kazoo {

// What the request tells about the call.
struct CallIdentity {
    std::string call_id;
    QueueAddress control;  // takes commands
    std::string account_id;
    std::string realm;        // the caller's, `From-Realm`
    std::string fetch_id;     // identifies who commands the call; empty if unknown
    std::string call_object;  // `Call` of the request, as JSON
    std::string node;         // our name on the bus
};

class CallLine {
public:
    // Sends a command to the call's control, in order, once there is a connection. If there is none
    // within five seconds, PerformedCall::command_failed(job) follows. Job 0 is nobody's.
    virtual void command(JobId job, std::string body) = 0;

    // Likewise for a message to elsewhere: a request to a carrier or for a conference.
    virtual void publish(JobId job, Publication publication) = 0;

    // Our queue for events and answers: Server-ID. Its name may change after a reconnect.
    virtual std::string_view queue() const = 0;

    // Delivers events of this call id to this call, too, until its end or unfollow().
    virtual void follow(const std::string& call_id) = 0;
    virtual void unfollow(const std::string& call_id) = 0;

    // Likewise for the events of a conference that concern this call.
    virtual void follow_conference(const std::string& conference_id) = 0;

    virtual void tell(Event event) = 0;

    // For the log.
    virtual void note(std::string_view text) = 0;
    virtual void warn(std::string_view text) = 0;

protected:
    ~CallLine() = default;
};

}  // namespace pivot::switches::kazoo
