// Dials, and stays while the two talk: KAZOO connects the first callee who answers, and leaves the
// caller alone when they part.
//
//     rings ─► connected ─► parted: LegEnded, BridgeEnded
//       │          └─ hung up ─┘
//       ├─► nobody has answered: DialFailed
//       └─► given up: DialFailed; whoever still answers is hung up
//
// The legs of a bridge have ids of ours. The id of a leg that a carrier calls is known when it
// answers.
#pragma once

#include "reactor/timers.hpp"
#include "switches/kazoo/call_job.hpp"

#include <pivot/command.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::switches::kazoo {

class CallDial final : public CallJob, private reactor::Timer {
public:
    CallDial(PerformedCall& call, JobId id, const Dial& asked);
    ~CallDial() override;

    void begin() override;
    void stop() override;
    void lose() override;
    void fail(std::string why) override;
    void pass() override;
    void hear(const CallEvent& event) override;
    bool has_caller() const override { return stage_ != Stage::given_up && !is_parting_; }
    bool dials() const override { return true; }
    bool has_leg(LegId leg) const override;
    void bridge(JobId job) override { set_id(job); }
    void hang_up(LegId leg, const std::string& cause) override;

private:
    enum class Stage : std::uint8_t { rings, connected, given_up };

    struct Callee {
        LegId leg;
        std::string call_id;    // empty if unknown
        std::string followed;   // the id whose events are followed
        bool is_there = false;  // it has been heard of
        bool was_told = false;
        bool is_over = false;
    };

    void fired() override;
    void leave();
    void follow(Callee& callee);
    void wait(Nanoseconds within);
    void hear_own(const CallEvent& event);
    void hear_callee(Callee& callee, const CallEvent& event);
    void tell_ringing(Callee& callee);
    void answer(const std::string& call_id);
    void end_leg(Callee& callee, Cause cause);
    void part(const CallEvent& event);
    void part(const Cause& cause);
    void give_up(Cause cause, std::string why);
    void end_dial(Cause cause, std::string why);
    void hang_up(const Callee& callee, std::string_view cause);
    Cause cause_without_answer(const Cause& told) const;
    Callee* find(std::string_view call_id);

    const Dial asked_;
    Stage stage_ = Stage::rings;
    bool is_for_carrier_ = false;
    bool has_rung_ = false;
    bool is_parting_ = false;  // the callee has hung up, or is being hung up
    std::vector<Callee> callees_;
    std::size_t connected_ = 0;  // the index of the connected one
    std::uint64_t request_ = 0;  // the message to the carrier
};

}  // namespace pivot::switches::kazoo
