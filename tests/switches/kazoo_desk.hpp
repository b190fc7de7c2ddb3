// A desk for requests between a bus and an attendant of the test's own, on a clock of the test's
// own.
#pragma once

#include "base/json.hpp"
#include "reactor/run_until.hpp"
#include "switches/kazoo/request_desk.hpp"
#include "switches/kazoo_message.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace pivot::test {

class DeskUnderTest : private switches::kazoo::Bus, private switches::kazoo::BusAttendant {
public:
    using Delivery = switches::kazoo::Delivery;
    using Publication = switches::kazoo::Publication;

    // When the clock of the wall began, in microseconds since 1970.
    static constexpr std::int64_t epoch_us = 1'795'995'559'000'000;

    explicit DeskUnderTest(std::chrono::milliseconds timeout_max = std::chrono::milliseconds(5'000))
        : reactor(open_reactor(reactor_,
                               {.ring = {}, .buffers = {}, .clock = reactor::Clock::Kind::manual}))
    {
        switches::kazoo::RequestSettings settings;
        settings.node = "pivot@here";
        settings.timeout_max = timeout_max;
        settings.unix_now_us = [this] { return epoch_us + (reactor.now() - began_at_) / 1'000; };
        began_at_ = reactor.now();
        desk.emplace(reactor, attendant(), std::move(settings), numbers);
        desk->opened(*this, true);
    }

    // Every session ends.
    ~DeskUnderTest()
    {
        while (!sessions.empty()) end(sessions.begin()->first, SessionEnd());
        desk.reset();
    }

    void run()
    {
        reactor.turn(0);
        while (reactor.has_messages() || reactor.next_turn() <= reactor.now()) reactor.turn(0);
    }

    void pass(std::chrono::milliseconds time)
    {
        Alarm alarm;
        reactor.timers().set(alarm, reactor.now() + std::chrono::nanoseconds(time).count());
        while (!alarm.has_rung) {
            reactor.clock().advance();
            run();
        }
    }

    void deliver(const PivotReq& message, std::uint64_t tag, std::int64_t timestamp_us = 0)
    {
        Delivery delivery;
        delivery.tag = tag;
        delivery.timestamp_us = timestamp_us;
        delivery.body = message.text();
        desk->delivered(std::move(delivery));
        run();
    }

    // Somebody else has had it before.
    void deliver_again(const PivotReq& message, std::uint64_t tag)
    {
        Delivery delivery;
        delivery.tag = tag;
        delivery.is_redelivered = true;
        delivery.body = message.text();
        desk->delivered(std::move(delivery));
        run();
    }

    // Another pivot says this about a request: `claim` or `taken`.
    void hear_claim(std::string_view name, std::string_view request_id, std::string_view call_id,
                    bool was_delivered_again = false)
    {
        desk->heard({"pivot.claim", false,
                     fmt::format(R"({{"Event-Category":"pivot","Event-Name":"{}","Msg-ID":"x{}",)"
                                 R"("Call-ID":"{}","Request-ID":"{}","Redelivered":"{}"}})",
                                 name, ++events_, call_id, request_id, was_delivered_again)});
        run();
    }

    // All pivots hear what each of them says.
    void hear_own_claim()
    {
        desk->heard({last.routing_key, false, last.body});
        run();
    }

    // The web server has answered with a flow.
    void answer(std::string_view call_id, std::string_view flow = R"({"module":"tts"})")
    {
        EXPECT_TRUE(channel(call_id).run_flow(1, flow));
        run();
    }

    // The pivot has failed.
    void give_back(std::string_view call_id, std::string_view failure)
    {
        SessionEnd end;
        end.branch = "_";
        end.failure = failure;
        channel(call_id).given_back(end);
        run();
    }

    void end(const std::string& call_id, const SessionEnd& end)
    {
        channel(call_id).ended(end);
        sessions.erase(call_id);
        run();
    }

    void confirm(bool is_taken = true)
    {
        const std::uint64_t number = next_confirmed_++;
        desk->confirmed(number, is_taken);
        run();
    }

    // Something happens to a call, with these members: `,"Hangup-Cause":"USER_BUSY"`.
    void hear(std::string_view name, std::string_view call_id, std::string_view members = {},
              std::string_view key = {})
    {
        const std::string routing_key =
            key.empty() ? fmt::format("call.{}.{}", name, switches::kazoo::encode_key_part(call_id))
                        : std::string(key);
        desk->heard({routing_key, false,
                     fmt::format(R"({{"Event-Category":"call_event","Event-Name":"{}",)"
                                 R"("Msg-ID":"e{}","Call-ID":"{}"{}}})",
                                 name, ++events_, call_id, members)});
        run();
    }

    // A node of KAZOO's says this of a channel.
    void hear_status(std::string_view call_id, std::string_view status)
    {
        hear("channel_status_resp", call_id, fmt::format(R"(,"Status":"{}")", status), queue_);
    }

    void lose()
    {
        desk->lost();
        run();
    }

    // With others who consume the queue, or alone, so that it has died meanwhile.
    void reopen(bool is_queue_new = false)
    {
        published_ = 0;
        next_confirmed_ = 1;
        desk->opened(*this, is_queue_new);
        run();
    }

    Channel& channel(std::string_view call_id) { return *sessions.at(std::string(call_id)); }

    // What was sent since the last time: `processing`, `ack 7`, …
    std::vector<std::string> take_sent() { return std::exchange(sent_, {}); }

    // Its name, or that of the application that a command is for.
    static std::string event_of(const Publication& publication)
    {
        json::Document document;
        const auto body = document.read(publication.body);
        if (!body) return "not JSON";
        const auto application = body->find("Application-Name");
        return std::string((application ? application : body->find("Event-Name"))->text());
    }

    std::unique_ptr<reactor::Reactor> reactor_;
    reactor::Reactor& reactor;
    switches::kazoo::BusNumbers numbers;
    std::optional<switches::kazoo::RequestDesk> desk;
    std::map<std::string, Channel*> sessions;  // that have not ended, by call
    std::map<std::string, Action> asked;       // the latest of each call
    std::vector<std::string> told;             // to sessions: `moved`, `hung up`, and its CDR
    std::map<std::string, SessionEnd> ends;    // by call
    std::vector<std::string> refused;          // calls
    std::vector<std::string> warned;           // sentences for the log
    std::string refusal;                       // of sessions that are to begin
    Publication last;

private:
    struct Alarm final : reactor::Timer {
        void fired() override { has_rung = true; }
        bool has_rung = false;
    };

    switches::kazoo::BusAttendant& attendant() { return *this; }

    std::uint64_t publish(const Publication& publication) override
    {
        // We have come.
        if (publication.body.find(R"("Request-ID":"")") != std::string::npos) return 1'000'000;
        last = publication;
        sent_.push_back(event_of(publication));
        return ++published_;
    }
    void acknowledge(std::uint64_t tag) override { sent_.push_back(fmt::format("ack {}", tag)); }
    const std::string& queue() const override { return queue_; }
    void bind(std::string_view exchange, std::string_view key) override
    {
        if (exchange == "callmgr") return;  // for claims, once there is a bus
        sent_.push_back(fmt::format("bind {}", key));
    }
    void unbind(std::string_view, std::string_view key) override
    {
        sent_.push_back(fmt::format("unbind {}", key));
    }

    std::string own_id(std::string call_id) override { return call_id; }
    std::string begin(switches::kazoo::Arrival arrival, Channel& channel, Engine::Ticket&) override
    {
        const std::string call_id = arrival.call.call_id;
        asked.insert_or_assign(call_id, std::move(arrival.action));
        if (refusal.empty()) sessions.insert_or_assign(call_id, &channel);
        return refusal;
    }
    void refuse(std::string_view call_id, std::string_view) override
    {
        refused.emplace_back(call_id);
    }
    void tell(Engine::Ticket, Event event) override
    {
        if (std::holds_alternative<Moved>(event)) told.emplace_back("moved");
        if (const auto* ended = std::get_if<JobEnded>(&event);
            ended && ended->end == JobEnd::failed)
            told.push_back(fmt::format("job {} failed", ended->job));
        if (const auto* hung_up = std::get_if<HungUp>(&event)) {
            std::string cdr = hung_up->cdr.value_or("ours");
            told.push_back(cdr.empty() ? "hung up" : "hung up, CDR: " + cdr);
        }
    }
    void note(std::string_view, std::string_view) override {}
    void warn(std::string_view, std::string_view text) override { warned.emplace_back(text); }
    void ended(std::string_view call_id, const SessionEnd& end) override
    {
        ends.insert_or_assign(std::string(call_id), end);
    }

    Nanoseconds began_at_ = 0;
    std::uint64_t published_ = 0;
    std::uint64_t next_confirmed_ = 1;
    int events_ = 0;
    std::vector<std::string> sent_;
    std::string queue_ = "pivot-7f00a1";
};

}  // namespace pivot::test
