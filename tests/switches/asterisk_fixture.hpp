// Calls of an application of ARI whose Asterisk is a fake, on a clock of the test's own.
#pragma once

#include "reactor/run_until.hpp"
#include "switches/asterisk/ari_application.hpp"
#include "switches/fake_asterisk.hpp"

#include <pivot/session.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace pivot::test {

class AsteriskUnderTest final : private switches::asterisk::Attendant {
public:
    using SwitchSettings = switches::asterisk::SwitchSettings;

    explicit AsteriskUnderTest(const SwitchSettings& settings = {})
        : reactor(open_reactor(reactor_,
                               {.ring = {}, .buffers = {}, .clock = reactor::Clock::Kind::manual})),
          scope_(reactor),
          application_(std::in_place, reactor, scope_, asterisk, attendant(), mixes_, names_,
                       settings)
    {
        asterisk.listen(*application_);
    }

    // Every session ends, and every caller leaves.
    ~AsteriskUnderTest()
    {
        asterisk.is_silent = false;
        asterisk.status = 0;
        asterisk.release();
        while (!open_.empty()) end_session();
        for (int i = 0; i < 2 && application_->calls() > 0; ++i) pass();
        if (application_->calls() > 0) application_->lost("");
        pass();
        application_.reset();
        run();
    }

    // A new call, which has been taken or refused.
    void enter(const std::string& id = "c1", std::string_view arguments = "[]",
               std::string_view state = "Ring")
    {
        asterisk.enter(id, arguments, state);
        run();
    }

    // Until nothing goes on but time.
    void run()
    {
        do {
            while (reactor.has_messages() || reactor.next_turn() <= reactor.now()) {
                reactor.turn(0);
            }
            reactor.turn(0);
        } while (asterisk.tell_events() || reactor.has_messages());
    }

    // All that takes its time comes to its end.
    void pass()
    {
        run();
        do {
            asterisk.answer_legs();
            asterisk.finish_playbacks();
            run();
        } while (asterisk.playbacks() > 0 || asterisk.ringing() > 0 || reactor.clock().advance());
        run();
    }

    // Until the next moment at which something is due.
    void pass_one()
    {
        reactor.clock().advance();
        run();
    }

    std::vector<Event> take_told() { return std::exchange(told_, {}); }
    Channel& channel() { return *open_.back(); }

    // The engine is done with the call that came last.
    void end_session(const SessionEnd& end = {})
    {
        Channel* const channel = open_.back();
        open_.pop_back();
        channel->ended(end);
        run();
    }

    std::optional<switches::asterisk::Refusal> refusal;  // of the calls that come
    std::string id_mark;                                 // is appended to their ids
    std::string account_mark;                            // is appended to their accounts
    std::vector<switches::asterisk::Arrival> arrivals;
    std::vector<std::string> warnings;
    std::vector<std::string> notes;
    std::vector<switches::asterisk::Orphan> orphans;
    std::vector<std::string> recordings;  // of orphans: `c1: …`
    int commands = 0;                     // that were answered
    std::vector<std::string> unanswered;  // `call-1 USER_BUSY`
    FakeAsterisk asterisk;

private:
    std::unique_ptr<reactor::Reactor> reactor_;

public:
    reactor::Reactor& reactor;

    switches::asterisk::AriApplication& application() { return *application_; }

private:
    switches::asterisk::Attendant& attendant() { return *this; }

    std::string own_id(std::string call_id) override { return call_id + id_mark; }
    std::string own_account(std::string id) override { return id + account_mark; }
    std::optional<switches::asterisk::Refusal> begin(switches::asterisk::Arrival arrival,
                                                     Channel& channel,
                                                     Engine::Ticket& ticket) override
    {
        arrivals.push_back(std::move(arrival));
        if (refusal) return refusal;
        ticket.serial = ++serial_;
        open_.push_back(&channel);
        return {};
    }
    void tell(Engine::Ticket ticket, Event event) override
    {
        if (ticket.serial == serial_) told_.push_back(std::move(event));
    }
    void note(std::string_view, std::string_view text) override { notes.emplace_back(text); }
    void warn(std::string_view, std::string_view text) override { warnings.emplace_back(text); }
    void not_answered(std::string_view call_id, const Cause& cause, std::string_view why) override
    {
        unanswered.push_back(
            fmt::format("{} {}{}{}", call_id, cause.name, why.empty() ? "" : ": ", why));
    }
    void ended(std::string_view, const SessionEnd&) override {}
    void met_orphan(const switches::asterisk::Orphan& orphan, std::string_view) override
    {
        orphans.push_back(orphan);
    }
    void kept_recording(std::string_view channel, std::string_view text) override
    {
        recordings.push_back(fmt::format("{}: {}", channel, text));
    }
    void timed(Nanoseconds) override { ++commands; }

    reactor::Scope scope_;
    switches::asterisk::Mixes mixes_;
    switches::asterisk::Names names_{"5704e1d5"};
    std::optional<switches::asterisk::AriApplication> application_;
    std::vector<Channel*> open_;
    std::vector<Event> told_;
    std::uint64_t serial_ = 0;
};

}  // namespace pivot::test
