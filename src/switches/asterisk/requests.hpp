// Sends the requests of one call in order, one at a time.
//
// Asterisk performs requests about a channel on the channel's thread, and answers some of them only
// after a prompt has ended, so a second request would wait there, too. A request that ends a
// prompt, a recording or the call does not need that thread, and overtakes the others.
#pragma once

#include "reactor/task.hpp"
#include "switches/asterisk/switchboard.hpp"

#include <pivot/event.hpp>

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace pivot::switches::asterisk {

class Requests {
public:
    // Called with the result of a request. 404 and 409 mean that its object is gone, because the
    // caller may hang up at any moment.
    using Done = std::function<void(const Result<AriAnswer>& answer)>;

    static constexpr Nanoseconds timeout_ns = 10 * second_ns;

    // `idle` is called whenever nothing is left to send. The owner may then destroy this object,
    // but not within the call.
    Requests(Switchboard& switchboard, std::function<void()> idle)
        : switchboard_(switchboard), idle_(std::move(idle))
    {
    }

    // `done` may be empty, and may send more requests. `job` is the job that the request is for; 0
    // for none.
    void ask(AriRequest request, Done done = {}, JobId job = 0);

    // Sends it at once, though not before the request in flight for the same job. For requests that
    // end something.
    void ask_now(AriRequest request, Done done = {}, JobId job = 0);

    // Drops the requests that wait for this job. Returns false if there were none.
    bool withdraw(JobId job);

    // Nothing is in flight or waiting.
    bool is_idle() const { return !is_working_ && urgent_ == 0; }

private:
    struct Waiting {
        AriRequest request;
        Done done;
        JobId job;
    };

    void work();
    reactor::Task<> work_off(reactor::Reactor& reactor);
    reactor::Task<> work_past(Waiting urgent, reactor::Reactor& reactor);
    reactor::Task<> ask_one(Waiting& next, reactor::Reactor& reactor);

    Switchboard& switchboard_;
    const std::function<void()> idle_;
    std::deque<Waiting> waiting_;
    JobId asked_for_ = 0;  // the job of the request in flight
    std::size_t urgent_ = 0;
    bool is_working_ = false;
};

// Whether it succeeded, whether its object is gone, and whether Asterisk has not dealt with it. One
// that was cancelled is neither.
bool has_succeeded(const Result<AriAnswer>& answer);
bool is_gone(const Result<AriAnswer>& answer);
bool is_unanswered(const Result<AriAnswer>& answer);

// Asks up to three times, until it is answered: for what nobody would ask again. It does no harm to
// do twice what is asked for.
reactor::Task<Result<AriAnswer>> ask_persistently(AriCommands& ari, const AriRequest& request,
                                                  reactor::Deadline& deadline);

// The value of the requested variable or function; nothing if there is none.
std::optional<std::string> value_in(const Result<AriAnswer>& answer);

// Why a request failed, as a sentence for the voice developer.
std::string why_of(const Result<AriAnswer>& answer);

}  // namespace pivot::switches::asterisk
