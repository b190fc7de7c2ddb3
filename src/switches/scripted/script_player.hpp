// Plays a script on a scripted channel, step by step, as what is done in the call allows.
#pragma once

#include "switches/scripted/script.hpp"

#include <optional>
#include <string>
#include <vector>

namespace pivot::switches::scripted {

class ScriptPlayer {
public:
    ScriptPlayer(std::vector<Step> steps, ScriptedChannel& channel)
        : steps_(std::move(steps)), channel_(channel)
    {
    }

    // Goes as far as it can: once before the call begins, and behind each deed.
    void play();
    void took(const Deed& deed);

    // When the call is over: what was not met, as `LINE: sentence`; none: nothing.
    std::optional<std::string> failure() const;

private:
    bool perform(const Step& step);  // false: it is not its time yet
    void go_on_after(milliseconds time);
    bool find(const Step& step);
    void set_leg(const Step& step);

    const std::vector<Step> steps_;
    ScriptedChannel& channel_;
    std::vector<Deed> deeds_;
    std::size_t next_ = 0;
    std::size_t seen_ = 0;  // deeds that steps have met, and those before them
    bool is_playing_ = false;
    bool is_waiting_ = false;  // for a time
};

}  // namespace pivot::switches::scripted
