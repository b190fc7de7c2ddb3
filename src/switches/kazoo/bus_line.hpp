// The connection of a performed call to the bus: sends its commands in order, and receives the
// events that it follows.
//
//     open() ──► the channel's status ──► is_there() ──► perform() ──► commands flow
//                                    └──► is_gone()
//
// Each KAZOO node that knows the switches answers about a channel, and those that do not know it
// say `terminated`. So a call is gone only if no node says otherwise within a second.
#pragma once

#include "reactor/reactor.hpp"
#include "reactor/timers.hpp"
#include "switches/kazoo/bus_lines.hpp"
#include "switches/kazoo/call_event.hpp"
#include "switches/kazoo/call_line.hpp"
#include "switches/kazoo/performed_call.hpp"

#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::switches::kazoo {

class BusLineOwner {
public:
    // One of these follows open().
    virtual void is_there() = 0;
    virtual void is_gone() = 0;

    // For the engine. `cdr` comes with HungUp: KAZOO's own event as a form; empty if it was lost.
    virtual void told(Event event, const std::string& cdr) = 0;

    // The call continues under another id.
    virtual void renamed(const std::string& call_id) = 0;

    // Whether we sent this CHANNEL_PIVOT.
    virtual bool has_sent(std::string_view message_id) const = 0;

    virtual void note(std::string_view text) = 0;
    virtual void warn(std::string_view text) = 0;

protected:
    ~BusLineOwner() = default;
};

class BusLine final : private CallLine {
public:
    BusLine(reactor::Reactor& reactor, BusLines& lines, CallIdentity identity, BusLineOwner& owner);
    BusLine(const BusLine&) = delete;
    BusLine& operator=(const BusLine&) = delete;
    ~BusLine();

    // Follows the call, and asks until this time whether it still exists.
    void open(Nanoseconds until);

    // Commands wait until perform().
    void commanded(std::function<void(PerformedCall& call)> command);
    void perform();

    PerformedCall& performed() { return performed_; }
    const CallIdentity& identity() const { return performed_.identity(); }

    // ---- for its lines ------------------------------------------------------------------------

    // The bus is back.
    void connected();

    // Sends what waits, if possible.
    void flush();

    void hear(const CallEvent& event, std::string_view body);

    // A message was not taken.
    void fail(JobId job);

private:
    class Alarm final : public reactor::Timer {
    public:
        Alarm(BusLine& line, void (BusLine::*ring)()) : line_(line), ring_(ring) {}
        ~Alarm() { stop(); }
        void set(Nanoseconds at) { line_.reactor_.timers().set(*this, at); }
        void stop()
        {
            if (is_set()) line_.reactor_.timers().stop(*this);
        }

    private:
        void fired() override { (line_.*ring_)(); }

        BusLine& line_;
        void (BusLine::* const ring_)();
    };

    struct Unsent {
        JobId job = 0;
        Publication publication;
        Nanoseconds until = 0;
    };

    void command(JobId job, std::string body) override;
    void publish(JobId job, Publication publication) override;
    std::string_view queue() const override { return lines_.queue(); }
    void follow(const std::string& call_id) override;
    void unfollow(const std::string& call_id) override;
    void follow_conference(const std::string& conference_id) override;
    void tell(Event event) override;
    void note(std::string_view text) override { owner_.note(text); }
    void warn(std::string_view text) override { owner_.warn(text); }

    void bind(std::string exchange, std::string key);
    void hear_status(const CallEvent& event);
    void decide();
    void drop_overdue();

    reactor::Reactor& reactor_;
    BusLines& lines_;
    BusLineOwner& owner_;
    std::vector<std::string> followed_;                              // call ids
    std::vector<BusLines::Binding> bindings_;                        // for calls and conferences
    std::vector<std::function<void(PerformedCall& call)>> waiting_;  // for perform()
    std::deque<Unsent> unsent_;
    std::string cdr_;
    bool is_opening_ = false;
    bool is_performing_ = false;
    bool is_said_gone_ = false;  // by a node that may only not know the call
    Alarm decision_{*this, &BusLine::decide};
    Alarm patience_{*this, &BusLine::drop_overdue};
    PerformedCall performed_;  // uses all members above
};

}  // namespace pivot::switches::kazoo
