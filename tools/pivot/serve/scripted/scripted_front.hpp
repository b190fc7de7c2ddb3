// A front end without a switch: calls of a script, a given number a second, in real time.
//
// It lets one try a configuration and a voice application on the engine that carries real calls,
// and it shows what a front end needs.
#pragma once

#include "pivot/serve/fronts/front.hpp"
#include "pivot/serve/scripted/scripted_call.hpp"

#include <cstdint>
#include <memory>
#include <thread>
#include <unordered_map>
#include <vector>

namespace pivot::tools {

class ScriptedFront final : public Front, private reactor::Timer {
public:
    ScriptedFront(const ScriptedSettings& settings, Script script, Reception& reception);
    ~ScriptedFront() override;

    std::string description() const override;
    std::string_view name() const override { return "scripted"; }
    void start() override;
    void refuse_calls() override;
    void take_calls() override;
    bool makes_calls() const override { return true; }
    void place(const OutboundCall& call) override;
    void hang_up(std::string call_id) override;
    void stop() override;

private:
    void run();
    void fired() override;  // the next call is due
    void make_call();
    void end_call(const std::string& call_id, const SessionEnd& end);
    void report_if_over() const;
    void report() const;

    const ScriptedSettings settings_;
    const Script script_;
    Reception& reception_;
    Stage stage_;

    // With the stage's mutex held.
    std::unordered_map<std::string, std::unique_ptr<ScriptedCall>> calls_;
    std::vector<std::string> ended_;  // ids of calls to remove
    Nanoseconds next_at_ = never;
    std::uint64_t made_ = 0;       // by the script
    std::uint64_t in_flight_ = 0;  // of those
    std::uint64_t failed_ = 0;
    std::uint64_t refused_ = 0;
    bool is_stopping_ = false;

    std::thread thread_;  // uses all members above
};

}  // namespace pivot::tools
