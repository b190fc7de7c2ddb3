// Plays a script on a scripted channel, step by step, as what is done in the call allows.
//
//     deeds   ─────────────┬──────────────┬───────────────►
//             met by steps │ looked at by │ not yet there
//                          │ this step    │
//                        since_        looked_
#pragma once

#include "switches/scripted/script.hpp"
#include "switches/scripted/scripted_channel.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pivot::switches::scripted {

class ScriptPlayer {
public:
    ScriptPlayer(std::vector<Step> steps, ScriptedChannel& channel)
        : steps_(std::move(steps)), channel_(channel)
    {
    }

    // Goes as far as it can: once before the call begins, and after each deed.
    void play();
    void took(const Deed& deed);

    // The module that ran last was to take a branch that its node does not have.
    void missed_branch(std::string_view branch, const std::vector<std::string_view>& children);

    // When the call is over: the steps that did not come true, each as `LINE: sentence`, and with
    // lines of the transcript after it.
    std::vector<std::string> failures() const;

    // What went wrong and no step expected.
    std::vector<Deed> unexpected() const;

private:
    // A step about what is to come.
    struct Planned {
        const Step* step;
        std::size_t since;        // deeds were done before it
        bool is_taken = false;    // of a module: the host was handed one, and ran it
        std::string missed = {};  // of a module: why its branch is not there; empty: it is
    };

    bool perform(const Step& step);  // false: it is not done yet
    bool act(std::chrono::milliseconds after, std::function<void()> deed);
    bool press(const Step& step);
    bool find(const Step& step);
    bool find_in_last_dial(const Step& step);
    void plan(const Step& step);
    void take_module(std::string_view module);
    void go_on();

    // An expectation is about what happens after the step before it.
    void pass_what_was_done();

    std::string unmet(const Step& step) const;
    std::string done_since(std::size_t first, const Step& step) const;

    // What a step of the whole call, or one about those to come, has against the call; empty:
    // nothing.
    std::string missed_callback(const Step& step) const;
    std::string unwanted(const Step& step) const;
    std::string unfit(const Planned& planned) const;
    std::string unfit_module(const Planned& planned) const;
    std::string unfit_leg(const Step& step, std::size_t since) const;

    const std::vector<Step> steps_;
    ScriptedChannel& channel_;
    std::vector<Deed> deeds_;
    std::vector<std::size_t> met_;           // places of deeds that steps have met, rising
    std::vector<std::string> left_of_dial_;  // addresses of the last dial that no step has met
    std::vector<Planned> planned_;
    std::optional<std::size_t> module_;  // the planned one that ran last
    std::size_t next_ = 0;               // step
    std::size_t since_ = 0;
    std::size_t looked_ = 0;
    const Step* since_step_ = nullptr;  // after which `since_` begins; null: the call began
    bool is_playing_ = false;
    bool is_waiting_ = false;  // for a time, within the next step
};

}  // namespace pivot::switches::scripted
