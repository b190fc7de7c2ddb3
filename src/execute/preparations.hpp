// Jobs that wait for a sound of the engine's before the channel hears of them.
//
//   begin ─┬─ the sound is here ──────────► the channel has the job, with a file in place of a URL
//          ├─ it cannot be had ───────────► JobEnded: failed. What goes with a dial, a room or a
//          │                                queue is left out instead, with a warning
//          └─ stop, the end of its leg ───► JobEnded: stopped
#pragma once

#include "execute/live_call.hpp"
#include "media/supply.hpp"

#include <memory>
#include <vector>

namespace pivot::execute {

class Preparations {
public:
    Preparations(LiveCall& call, media::Supply& supply);
    ~Preparations();
    Preparations(const Preparations&) = delete;
    Preparations& operator=(const Preparations&) = delete;

    static bool are_for(const JobCommand& command, const media::Supply& supply);

    void begin(JobId job, LegId leg, JobCommand command);

    // Unless the channel has it already.
    void stop(JobId job);
    void stop_all();
    void note(const Event& event);

private:
    class Preparation;

    void stop(const Preparation& preparation);
    void end(const Preparation& preparation);

    LiveCall& call_;
    media::Supply& supply_;
    std::vector<std::unique_ptr<Preparation>> running_;
};

}  // namespace pivot::execute
