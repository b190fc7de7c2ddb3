// KAZOO's control of a call, as far as a performed call depends on it: it keeps a queue of
// commands, does one after the other, and tells what happens. It is on the clock of the test.
#pragma once

#include "base/json.hpp"
#include "reactor/run_until.hpp"
#include "switches/kazoo/performed_call.hpp"

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pivot::test {

class FakeKazoo final : public switches::kazoo::CallLine {
public:
    static constexpr std::string_view call_id = "a1b2@10.26.0.158";

    FakeKazoo();
    ~FakeKazoo();

    // Another call. What was told of the one before is forgotten.
    void begin_call();
    switches::kazoo::PerformedCall& call() { return *call_; }

    // Everything that is due happens; time passes.
    void run();
    void pass(std::chrono::milliseconds time);

    // What the caller, or somebody else, does.
    void press(char key);
    void hang_up_caller(std::string_view cause = "NORMAL_CLEARING", std::string_view code = "");

    // The conference is over, or the caller leaves it.
    void leave_conference();

    // A callee hangs up, or nobody answers.
    void end_bridge(std::string_view cause);

    // Tells the call of an event with these members: `,"DTMF-Digit":"5"`.
    void tell_call(std::string_view name, std::string_view members = {}, std::string_view id = {},
                   std::string_view category = "call_event");

    std::vector<Event> take_told() { return std::exchange(told_, {}); }

    // What was begun since the last time: `play hello`, `noop`.
    std::vector<std::string> take_begun() { return std::exchange(begun_, {}); }

    std::unique_ptr<reactor::Reactor> reactor_;
    reactor::Reactor& reactor;
    std::vector<std::string> bodies;                         // that were sent, oldest first
    std::vector<switches::kazoo::Publication> publications;  // likewise
    std::vector<std::string> followed;
    std::vector<std::string> warnings;
    std::function<bool(std::string_view event)> loses;  // events, by name
    std::string refuses;                                // an application
    bool is_answered = false;
    bool is_silent = true;     // a caller who is recorded
    bool is_connected = true;  // the bus
    std::optional<std::chrono::milliseconds> answers_after = std::chrono::seconds(3);
    std::size_t answering = 0;             // which endpoint
    std::string unanswered = "NO_ANSWER";  // why nobody answers

private:
    struct Command {
        std::string application;
        std::string message_id;
        std::string json;
    };
    class Running;

    void command(JobId job, std::string body) override;
    void publish(JobId job, switches::kazoo::Publication publication) override;
    std::string_view queue() const override { return "pivot-events"; }
    void follow(const std::string& id) override { followed.push_back(id); }
    void unfollow(const std::string& id) override { std::erase(followed, id); }
    void follow_conference(const std::string& id) override { followed.push_back(id); }
    void tell(Event event) override { told_.push_back(std::move(event)); }
    void note(std::string_view) override {}
    void warn(std::string_view text) override { warnings.emplace_back(text); }

    void take(json::Value message);
    void advance();
    bool perform(const Command& command);
    void complete(const Command& command, std::string_view response);
    void finish();
    void break_off();
    void connect();
    void tell_conference(const Command& command, std::string_view event);
    std::chrono::milliseconds length_of(const Command& command) const;

    std::unique_ptr<switches::kazoo::PerformedCall> call_;
    std::deque<Command> queue_;
    std::unique_ptr<Running> running_;
    std::vector<Event> told_;
    std::vector<std::string> begun_;
    int calls_ = 0;
    bool is_gone_ = false;
};

}  // namespace pivot::test
