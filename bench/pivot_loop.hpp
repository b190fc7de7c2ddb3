// Pivots in a closed loop: when one ends, the next one starts, on the engine's own thread.
#pragma once

#include "rounds.hpp"

#include <pivot/engine.hpp>

#include <atomic>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace pivot::bench {

class PivotLoop {
public:
    PivotLoop(Engine& engine, const std::string& url) : engine_(engine)
    {
        auto node = ActionNode::from_json(fmt::format(R"({{"voice_url":"{}"}})", url));
        if (!node || !node->action) throw std::runtime_error("the action is not valid");
        request_.node = std::move(*node);
        request_.call.call_id = "1";
    }

    // Returns the CPU time of the engine's thread for one, in nanoseconds, once all are under way.
    // Throws when one is not processed.
    double run(std::size_t pivots, std::size_t at_a_time)
    {
        pivots_ = pivots;
        at_a_time_ = at_a_time;
        started_ = ended_ = 0;
        is_over_ = false;
        for (std::size_t i = 0; i < at_a_time; ++i) start();
        is_over_.wait(false);
        if (!failure_.empty()) throw std::runtime_error(failure_);
        return static_cast<double>(cpu_ended_ - cpu_started_) /
               static_cast<double>(pivots - at_a_time);
    }

private:
    void start()
    {
        if (++started_ > pivots_) return;
        engine_.start(request_, [this](const OutcomeView& outcome) { took(outcome); });
    }

    void took(const OutcomeView& outcome)
    {
        if (outcome.failure) failure_ = outcome.failure->message;
        ++ended_;
        if (ended_ == at_a_time_) cpu_started_ = thread_cpu_ns();
        if (ended_ == pivots_) cpu_ended_ = thread_cpu_ns();
        start();
        if (ended_ < pivots_) return;
        is_over_ = true;
        is_over_.notify_all();
    }

    Engine& engine_;
    Request request_{Call(), ActionNode{Action(), ""}};
    std::size_t pivots_ = 0;
    std::size_t at_a_time_ = 0;
    std::atomic<std::size_t> started_ = 0;
    std::atomic<bool> is_over_ = false;

    // The engine's thread's.
    std::size_t ended_ = 0;
    std::string failure_;
    Nanoseconds cpu_started_ = 0;
    Nanoseconds cpu_ended_ = 0;
};

}  // namespace pivot::bench
