// The requests of one call: in order, one at a time.
//
// Asterisk performs on the channel's thread what is asked of a channel, and some of it is answered
// only when a prompt has ended: a second request would wait there, too. What ends a prompt, a
// recording or the call does not wait for that thread, and goes past the others.
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
    // What became of a request. 404 and 409 mean that what it was for is gone: the caller may hang
    // up at any moment.
    using Done = std::function<void(const Result<AriAnswer>& answer)>;

    static constexpr Nanoseconds timeout_ns = 10 * second_ns;

    // `idle` is called whenever nothing is left to ask; then this may die, but not inside.
    Requests(Switchboard& switchboard, std::function<void()> idle)
        : switchboard_(switchboard), idle_(std::move(idle))
    {
    }

    // `done` may be empty, and may ask more. `job` is the job for which it is; 0: none.
    void ask(AriRequest request, Done done = {}, JobId job = 0);

    // At once, but after what is being asked for the same job: for what ends something.
    void ask_now(AriRequest request, Done done = {}, JobId job = 0);

    // Drops what waits for this job. False: that was nothing.
    bool withdraw(JobId job);

    // Nothing is asked, and nothing will be unless somebody does.
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
    JobId asked_for_ = 0;  // the job of what is being asked in order
    std::size_t urgent_ = 0;
    bool is_working_ = false;
};

// Whether it was done, and whether what it was for is gone.
bool has_succeeded(const Result<AriAnswer>& answer);
bool is_gone(const Result<AriAnswer>& answer);

// The value of a variable or function that was asked for; nothing if there is none.
std::optional<std::string> value_in(const Result<AriAnswer>& answer);

// Why it was not done, as a sentence for the voice developer.
std::string why_of(const Result<AriAnswer>& answer);

}  // namespace pivot::switches::asterisk
