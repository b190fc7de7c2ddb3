// Calls that are made up: on a clock that stands while a web server is asked, and jumps else.
#include "engine/whole_call_fixture.hpp"
#include "execute/journal.hpp"
#include "reactor/clock.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

namespace pivot::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

// Whatever it says or records takes two seconds.
class TimedChannel final : public Channel, private reactor::Timer {
public:
    static constexpr Nanoseconds length_ns = 2 * second_ns;

    TimedChannel(Engine& engine, reactor::Clock& clock) : engine_(engine), clock_(clock) {}
    ~TimedChannel() override { clock_.timers().stop(*this); }

    void answer() override { tell(Answered()); }
    void reject(int, const ReasonPhrase&) override { tell(HungUp()); }
    void hang_up(LegId, const CauseName&) override { tell(HungUp{{"NORMAL_CLEARING", 200}}); }
    void stop(JobId) override {}
    bool say(JobId job, LegId, const Speech&) override
    {
        end_later(JobEnded{job, JobEnd::finished, ""});
        return true;
    }
    bool record(JobId job, LegId, const Recording&) override
    {
        tell(RecordingBegan{job});
        RecordingEnded ended;
        ended.job = job;
        ended.end = RecordingEnd::limit;
        ended.url = "http://switch.example/r1";
        end_later(std::move(ended));
        return true;
    }
    void branched(std::string_view branch, std::string_view why) override
    {
        branches.push_back(fmt::format("{} {}", branch, why));
    }
    void ended(const SessionEnd&) override { has_ended = true; }

    Engine::Ticket ticket;
    std::vector<std::string> branches;
    bool has_ended = false;

private:
    void tell(Event event) { engine_.tell(ticket, std::move(event)); }
    void end_later(Event end)
    {
        end_ = std::move(end);
        clock_.timers().set(*this, clock_.now() + length_ns);
    }
    void fired() override { tell(std::exchange(end_, HungUp())); }

    Engine& engine_;
    reactor::Clock& clock_;
    Event end_;
};

class SimulatedCall : public SessionTest, private execute::Journal {
protected:
    SimulatedCall()
    {
        config.reactors = 0;
        instruments.emplace(engine::Instruments{clock, *this});
        kept.delivers = false;
    }
    ~SimulatedCall() override { destroy(); }

    // How long the call has taken by its own clock.
    Nanoseconds play(const SessionRequest& request)
    {
        const Nanoseconds began = clock.now();
        TimedChannel channel(engine(), clock);
        EXPECT_TRUE(engine().start(request, channel, channel.ticket));
        EXPECT_TRUE(wait_until([&] { return channel.has_ended; }));
        branches = channel.branches;
        return clock.now() - began;
    }

    reactor::Clock clock{reactor::Clock::Kind::manual};
    std::vector<std::string> branches;
    std::vector<std::string> journal;

private:
    void fail_pivot() override { journal.emplace_back("failed"); }
    void gather_keys() override { journal.emplace_back("gathers"); }
    void post_cdr(const session::Cdr&, const Result<int>& status) override
    {
        journal.push_back(fmt::format("CDR {}", status.value_or(0)));
    }
};

TEST_F(SimulatedCall, takes_no_time_while_it_waits)
{
    page("/first", "<Gather timeout=\"3600\"/><Say>Hello</Say>");
    EXPECT_EQ(play(request()), 3'600 * second_ns + TimedChannel::length_ns);
    EXPECT_EQ(cdr("Duration-Seconds"), "3602");
    EXPECT_EQ(journal.at(0), "gathers");
}

TEST_F(SimulatedCall, takes_none_of_its_own_while_a_server_is_asked)
{
    SessionRequest silent = request("/silent", R"(,"req_timeout_ms":50)");
    silent.request.node.next.clear();
    EXPECT_EQ(play(silent), 0);
    EXPECT_EQ(journal.at(0), "failed");
    EXPECT_THAT(branches, ElementsAre(StartsWith("_ timeout: ")));
}

TEST_F(SimulatedCall, ends_by_itself_while_the_engine_stops)
{
    page("/first", "<Gather timeout=\"3600\"/>");
    const Nanoseconds began = clock.now();
    TimedChannel channel(engine(), clock);
    EXPECT_TRUE(engine().start(request(), channel, channel.ticket));
    engine().stop(10s);
    EXPECT_TRUE(channel.has_ended);
    EXPECT_EQ(clock.now() - began, 3'600 * second_ns);
}

TEST_F(SimulatedCall, is_asked_and_told_for_in_its_own_order_and_all_of_it_is_recorded)
{
    page("/first", R"(<Record recordingStatusCallback="/status" action="/next"/>)");
    page("/next", "<Say>Bye</Say>");
    page("/status", "");
    page("/cdr", "");
    play(request());
    ASSERT_TRUE(wait_until([&] { return !journal.empty(); }));
    EXPECT_THAT(journal, ElementsAre("CDR 200"));
    EXPECT_THAT(kept.records(),
                ElementsAre(AllOf(HasSubstr(url("/first")), HasSubstr(R"("kind":"exchange")")),
                            AllOf(HasSubstr(url("/status")), HasSubstr(R"("kind":"callback")")),
                            AllOf(HasSubstr(url("/next")), HasSubstr(R"("kind":"exchange")")),
                            AllOf(HasSubstr(url("/cdr")), HasSubstr(R"("kind":"cdr")"))));
}

}  // namespace
}  // namespace pivot::test
