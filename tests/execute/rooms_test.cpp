// Rooms and queues that the engine keeps, for calls on a switch that can only mix.
#include "execute/verb_fixture.hpp"
#include "rooms/lobby.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace pivot::test {
namespace {

using namespace std::chrono_literals;

// A call on a switch that has no rooms and no queues. Music plays until it is stopped, and so does
// a mix; everything else ends at once.
class MixingChannel final : public Channel {
public:
    MixingChannel(EventQueue& events, std::vector<std::string>& warnings)
        : events_(events), warnings_(warnings)
    {
    }

    void hang_up_caller()
    {
        if (std::exchange(is_gone_, true)) return;
        while (!running_.empty()) end(running_.back().job, JobEnd::stopped);
        events_.push(HungUp{{"NORMAL_CLEARING", 200}});
    }
    void press(char key) { events_.push(KeyPressed{caller, key}); }

    // Whether it does this now: `music`, or the name of a mix.
    bool runs(std::string_view what) const
    {
        return std::ranges::find(running_, what, &Job::what) != running_.end();
    }
    bool hears_music() const { return runs("music"); }
    // The name of the mix that the caller is in. Empty if they are in none.
    std::string mix() const
    {
        const auto found = std::ranges::find_if(
            running_, [](const Job& job) { return job.what.starts_with("pivot-"); });
        return found == running_.end() ? std::string() : found->what;
    }
    bool is_mixed() const { return !mix().empty(); }

    // The switch ends the mix by itself.
    void end_mix(JobEnd how)
    {
        const auto found = std::ranges::find_if(
            running_, [](const Job& job) { return job.what.starts_with("pivot-"); });
        end(found->job, how);
    }

    void answer() override { events_.push(Answered()); }
    void reject(int, const ReasonPhrase&) override { hang_up_caller(); }
    void hang_up(LegId, const CauseName&) override { hang_up_caller(); }
    void stop(JobId job) override { end(job, JobEnd::stopped); }
    bool play(JobId job, LegId, const Media& media) override
    {
        const bool is_music = media.kind() == Media::Kind::hold_music;
        begin(job, is_music ? "music" : "play " + media.what());
        if (!is_music) end(job, JobEnd::finished);
        return true;
    }
    bool say(JobId job, LegId, const Speech& speech) override
    {
        begin(job, "say " + speech.text.bytes());
        end(job, JobEnd::finished);
        return true;
    }
    bool mix(JobId job, const MixName& name, unsigned members_max) override
    {
        if (!can_mix) return false;
        EXPECT_FALSE(is_mixed()) << "a caller is in one mix at most";
        EXPECT_FALSE(hears_music()) << "the music ends before the caller is mixed";
        begin(job, name.text());
        limits.push_back(members_max);
        return true;
    }
    void ended(const SessionEnd&) override {}
    void warned(std::string_view, std::string_view what) override { warnings_.emplace_back(what); }
    void mute(LegId, bool is_muted) override { deeds.emplace_back(is_muted ? "mute" : "unmute"); }

    std::vector<std::string> deeds;
    std::vector<unsigned> limits;
    bool can_mix = true;

private:
    struct Job {
        JobId job;
        std::string what;
    };

    void begin(JobId job, std::string what)
    {
        deeds.push_back(what.starts_with("pivot-") ? "mix" : what);
        running_.push_back({job, std::move(what)});
    }
    void end(JobId job, JobEnd how)
    {
        const auto found = std::ranges::find(running_, job, &Job::job);
        if (found == running_.end()) return;
        running_.erase(found);
        events_.push(JobEnded{job, how, ""});
    }

    EventQueue& events_;
    std::vector<std::string>& warnings_;
    std::vector<Job> running_;
    bool is_gone_ = false;
};

class RoomsTest : public VerbTest {
protected:
    struct Party {
        Party(reactor::Reactor& reactor, reactor::Clock& clock, std::vector<std::string>& warnings)
            : host(reactor, reactor::never), events(clock, host), channel(events, warnings)
        {
        }

        reactor::Deadline host;
        EventQueue events;
        MixingChannel channel;
        std::unique_ptr<session::Session> session;
    };

    RoomsTest()
    {
        executor.rooms = &lobby_;
        calls_.emplace(reactor());
    }
    ~RoomsTest() override
    {
        for (Party& party : parties_) party.channel.hang_up_caller();
        finish();
        EXPECT_TRUE(lobby_.empty()) << "whoever is gone has left";
    }

    // Somebody calls, and these verbs are performed.
    Party& call(const std::string& id, std::string_view verbs, std::string account = "acme")
    {
        page("/" + id, verbs);
        Party& party = parties_.emplace_back(reactor(), *clock, warnings);
        Call facts = some_call();
        facts.call_id = id;
        facts.account_id = std::move(account);
        party.session = sessions().make(pivot::test::node(url("/" + id), twiml), std::move(facts));
        calls_->spawn(run_session(*party.session, party.channel, party.events, std::string(),
                                  AtEnd::hang_up, executor, party.host));
        return party;
    }

    template <typename Condition>
    void until(Condition condition)
    {
        run_until(reactor(), condition);
    }
    void until_heard(const Party& party, std::string_view deed)
    {
        until([&] {
            return std::ranges::find(party.channel.deeds, deed) != party.channel.deeds.end();
        });
    }
    void until_music(const Party& party)
    {
        until([&] { return party.channel.hears_music(); });
    }
    void until_together(const Party& one, const Party& other)
    {
        until([&] { return one.channel.is_mixed() && one.channel.mix() == other.channel.mix(); });
    }
    void until_told(std::string_view path)
    {
        run_until_seen(reactor(), [&] { return !all_told(path).empty(); });
    }

    // The time of all calls passes.
    void pass(milliseconds time)
    {
        bool has_passed = false;
        clock->after(time, [&] { has_passed = true; });
        while (!has_passed) clock->advance();
    }

    // All calls are over, and all callbacks have been sent.
    void finish()
    {
        until([&] { return calls_->running() == 0; });
        until([&] { return sessions().callbacks().running() == 0; });
    }

    rooms::Lobby lobby_;
    std::deque<Party> parties_;
    std::optional<reactor::Scope> calls_;
};

class RoomOfTheEngine : public RoomsTest {};

constexpr std::string_view plain_room = "<Dial><Conference>room</Conference></Dial><Say>Bye</Say>";

TEST_F(RoomOfTheEngine, lets_the_first_hear_music_until_the_second_comes)
{
    Party& ann = call("ann", plain_room);
    until_music(ann);
    Party& bob = call("bob", plain_room);
    until_together(ann, bob);
    EXPECT_FALSE(ann.channel.hears_music());
    EXPECT_THAT(bob.channel.deeds, Not(Contains("music")));
}

TEST_F(RoomOfTheEngine, gives_the_last_one_music_again_until_somebody_comes)
{
    Party& ann = call("ann", plain_room);
    Party& bob = call("bob", plain_room);
    until_together(ann, bob);
    bob.channel.hang_up_caller();
    until_music(ann);
    EXPECT_FALSE(ann.channel.is_mixed());
    Party& eve = call("eve", plain_room);
    until_together(ann, eve);
}

TEST_F(RoomOfTheEngine, takes_the_caller_out_where_the_document_says_and_the_document_goes_on)
{
    Party& ann = call("ann", plain_room);
    Party& bob = call("bob", R"(<Dial hangupOnStar="true"><Conference>room</Conference></Dial>
                                <Say>Bye</Say>)");
    until_together(ann, bob);
    bob.channel.press('*');
    until_heard(bob, "say Bye");
    EXPECT_FALSE(bob.channel.is_mixed());
    until_music(ann);
}

TEST_F(RoomOfTheEngine, waits_for_a_moderator)
{
    constexpr std::string_view guest = R"(<Dial><Conference startConferenceOnEnter="false">room
                                          </Conference></Dial>)";
    Party& ann = call("ann", guest);
    Party& bob = call("bob", guest);
    until_music(ann);
    until_music(bob);
    EXPECT_FALSE(ann.channel.is_mixed());
    Party& host = call("host", plain_room);
    until_together(ann, host);
    until_together(bob, host);
}

TEST_F(RoomOfTheEngine, ends_for_all_with_one_who_ends_it)
{
    constexpr std::string_view guest =
        R"(<Dial action="/done"><Conference>room</Conference></Dial>)";
    Party& ann = call("ann", guest);
    Party& host = call("host", R"(<Dial><Conference endConferenceOnExit="true">room
                                  </Conference></Dial>)");
    until_together(ann, host);
    host.channel.hang_up_caller();
    until_told("/done");
    EXPECT_EQ(told("/done")["DialCallStatus"], "answered");
    EXPECT_FALSE(ann.channel.is_mixed());
}

TEST_F(RoomOfTheEngine, performs_the_wait_document_before_the_caller_is_mixed)
{
    page("/wait",
         "<Say>Please wait</Say><Play>http://files/long.wav</Play>"
         "<Pause length=\"60\"/><Say>never</Say>");
    Party& ann = call("ann", R"(<Dial><Conference waitUrl="/wait">room</Conference></Dial>)");
    until_heard(ann, "play http://files/long.wav");
    Party& bob = call("bob", R"(<Dial><Conference waitUrl="/wait">room</Conference></Dial>)");
    until_together(ann, bob);
    EXPECT_THAT(ann.channel.deeds, Not(Contains("say never")));
    EXPECT_THAT(bob.channel.deeds, Not(Contains("say Please wait")));
    EXPECT_EQ(told("/wait")["ConferenceSid"], "room");
}

TEST_F(RoomOfTheEngine, beeps_for_those_who_talk_when_one_enters_and_when_one_leaves)
{
    constexpr std::string_view beep = "play 200,100,660";
    Party& ann = call("ann", plain_room);
    until_music(ann);
    Party& bob = call("bob", R"(<Dial><Conference beep="false">room</Conference></Dial>)");
    until_together(ann, bob);
    Party& eve = call("eve", plain_room);
    until_together(bob, eve);
    until_heard(ann, beep);
    until_heard(bob, beep);
    EXPECT_THAT(eve.channel.deeds, Not(Contains(beep)));
    ann.channel.deeds.clear();
    eve.channel.hang_up_caller();
    until_heard(ann, beep);
}

TEST_F(RoomOfTheEngine, lets_in_no_more_than_the_first_one_allows)
{
    constexpr std::string_view small = R"(<Dial action="/done"><Conference maxParticipants="2">
                                          room</Conference></Dial>)";
    Party& ann = call("ann", small);
    Party& bob = call("bob", small);
    until_together(ann, bob);
    EXPECT_THAT(ann.channel.limits, ElementsAre(2U));
    call("eve", small);
    until_told("/done");
    EXPECT_EQ(told("/done")["CallSid"], "eve");
    EXPECT_EQ(told("/done")["DialCallStatus"], "failed");
}

TEST_F(RoomOfTheEngine, mutes_one_who_is_to_listen)
{
    Party& ann = call("ann", plain_room);
    until_music(ann);
    Party& bob = call("bob", R"(<Dial hangupOnStar="true"><Conference muted="true">room
                                </Conference></Dial><Say>Bye</Say>)");
    until_together(ann, bob);
    EXPECT_THAT(bob.channel.deeds, ElementsAre("mute", "mix"));
    EXPECT_THAT(ann.channel.deeds, Not(Contains("mute")));
    bob.channel.press('*');
    until_heard(bob, "unmute");
}

TEST_F(RoomOfTheEngine, is_told_of_by_one_call_until_the_last_one_has_hung_up)
{
    constexpr std::string_view told_of =
        R"(<Dial><Conference statusCallback="/event"
           statusCallbackEvent="start end join leave">room</Conference></Dial>)";
    Party& ann = call("ann", told_of);
    until_music(ann);
    Party& bob = call("bob", told_of);
    until_together(ann, bob);
    ann.channel.hang_up_caller();
    until_music(bob);
    bob.channel.hang_up_caller();
    finish();
    std::vector<std::string> events = each_told("/event", "StatusCallbackEvent");
    EXPECT_THAT(events, testing::UnorderedElementsAre("participant-join", "participant-join",
                                                      "conference-start", "participant-leave",
                                                      "participant-leave", "conference-end"));
    EXPECT_THAT(each_told("/event", "ReasonConferenceEnded"),
                testing::Contains("last-participant-left"));
    EXPECT_THAT(each_told("/event", "CallSidEndingConference"), testing::Contains("bob"));
}

TEST_F(RoomOfTheEngine, says_who_has_ended_it)
{
    Party& ann = call("ann", R"(<Dial><Conference statusCallback="/event"
                                statusCallbackEvent="end">room</Conference></Dial>)");
    until_music(ann);
    Party& host = call("host", R"(<Dial><Conference endConferenceOnExit="true">room
                                  </Conference></Dial>)");
    until_together(ann, host);
    host.channel.hang_up_caller();
    until_told("/event");
    EXPECT_EQ(told("/event")["CallSidEndingConference"], "host");
    EXPECT_EQ(told("/event")["ReasonConferenceEnded"],
              "participant-with-end-conference-on-exit-left");
}

TEST_F(RoomOfTheEngine, belongs_to_an_account)
{
    Party& ann = call("ann", plain_room, "acme");
    until_music(ann);
    Party& bob = call("bob", plain_room, "other");
    until_music(bob);
    EXPECT_FALSE(ann.channel.is_mixed());
    EXPECT_FALSE(bob.channel.is_mixed());
}

TEST_F(RoomOfTheEngine, is_there_for_flows_too)
{
    Party& ann = call("ann", plain_room);
    until_music(ann);
    page("/flow", 200, "application/json",
         R"({"module":"conference","data":{"config":{"name":"room"},
             "moderator":true,"welcome_prompt":{"play":false}},"children":{}})");
    Party& bob = call("bob", "<Redirect>/flow</Redirect>");
    until_together(ann, bob);
}

TEST_F(RoomOfTheEngine, fails_for_one_whom_the_switch_cannot_mix)
{
    Party& ann = call("ann", plain_room);
    until_music(ann);
    Party& bob = call("bob", R"(<Dial action="/done"><Conference>room</Conference></Dial>)");
    bob.channel.can_mix = false;
    until_told("/done");
    EXPECT_EQ(told("/done")["DialCallStatus"], "failed");
    EXPECT_TRUE(is_warned("this switch cannot connect calls"));
    until_music(ann);
}

TEST_F(RoomOfTheEngine, is_left_by_one_whose_mix_the_switch_has_ended)
{
    for (const JobEnd how : {JobEnd::finished, JobEnd::failed}) {
        Party& ann = call("ann", plain_room);
        Party& bob = call("bob", plain_room);
        until_together(ann, bob);
        bob.channel.end_mix(how);
        until_heard(bob, "say Bye");
        until_music(ann);
        ann.channel.hang_up_caller();
    }
}

TEST_F(RoomOfTheEngine, is_left_by_a_call_that_the_host_gives_up)
{
    Party& ann = call("ann", plain_room);
    Party& bob = call("bob", plain_room);
    until_together(ann, bob);
    bob.host.expire(Reason::cancelled);
    until_music(ann);
}

class QueueOfTheEngine : public RoomsTest {
protected:
    void until_waiting(const Party& caller) { until_music(caller); }
};

constexpr std::string_view enqueue = R"(<Enqueue action="/left">support</Enqueue>)";
constexpr std::string_view dequeue = R"(<Dial action="/dialled"><Queue>support</Queue></Dial>)";

TEST_F(QueueOfTheEngine, connects_whoever_takes_a_caller_out_of_it)
{
    Party& ann = call("ann", enqueue);
    until_waiting(ann);
    pass(20s);
    Party& agent = call("agent", dequeue);
    until_together(ann, agent);
    EXPECT_FALSE(ann.channel.hears_music());
    EXPECT_THAT(agent.channel.deeds, ElementsAre("mix"));
    EXPECT_THAT(agent.channel.limits, ElementsAre(2U));
    pass(65s);
    ann.channel.hang_up_caller();
    until_told("/dialled");
    EXPECT_EQ(told("/dialled")["DialCallStatus"], "completed");
    EXPECT_EQ(told("/dialled")["DequeueResult"], "bridged");
    EXPECT_EQ(told("/dialled")["DequeuedCallSid"], "ann");
    EXPECT_EQ(told("/dialled")["DequeuedCallQueueTime"], "20");
    EXPECT_EQ(told("/dialled")["DialCallDuration"], "65");
    until_told("/left");
    EXPECT_EQ(told("/left")["QueueResult"], "bridged");
    EXPECT_EQ(told("/left")["QueueTime"], "20");
    EXPECT_EQ(told("/left")["CallStatus"], "completed");
}

TEST_F(QueueOfTheEngine, serves_first_who_came_first)
{
    Party& ann = call("ann", enqueue);
    until_waiting(ann);
    Party& bob = call("bob", enqueue);
    until_waiting(bob);
    Party& one = call("one", dequeue);
    until_together(ann, one);
    EXPECT_TRUE(bob.channel.hears_music());
    Party& two = call("two", dequeue);
    until_together(bob, two);
    EXPECT_NE(one.channel.mix(), two.channel.mix());
}

TEST_F(QueueOfTheEngine, lets_the_document_go_on_for_a_caller_whom_the_other_has_left)
{
    Party& ann = call("ann", "<Enqueue>support</Enqueue><Say>Bye</Say>");
    Party& agent = call("agent", R"(<Dial hangupOnStar="true"><Queue>support</Queue></Dial>)");
    until_together(ann, agent);
    agent.channel.press('*');
    until_heard(ann, "say Bye");
}

TEST_F(QueueOfTheEngine, lets_a_dial_wait_for_a_caller)
{
    Party& agent = call("agent", dequeue);
    until([&] { return !lobby_.empty(); });
    Party& ann = call("ann", enqueue);
    until_together(ann, agent);
    EXPECT_THAT(ann.channel.deeds, Not(Contains("music")));
}

TEST_F(QueueOfTheEngine, lets_a_dial_wait_no_longer_than_its_timeout)
{
    call("agent", R"(<Dial timeout="15" action="/dialled"><Queue>support</Queue></Dial>)");
    until([&] { return !lobby_.empty(); });
    pass(15s);
    until_told("/dialled");
    EXPECT_EQ(told("/dialled")["DialCallStatus"], "no-answer");
    EXPECT_EQ(told("/dialled")["DialBridged"], "false");
}

TEST_F(QueueOfTheEngine, tells_the_wait_document_where_the_caller_stands)
{
    page("/wait", R"(<Say>Please wait</Say><Pause length="60"/>)");
    constexpr std::string_view waits = R"(<Enqueue waitUrl="/wait">support</Enqueue>)";
    Party& ann = call("ann", waits);
    until_heard(ann, "say Please wait");
    EXPECT_EQ(told("/wait")["QueuePosition"], "1");
    Party& bob = call("bob", waits);
    until_heard(bob, "say Please wait");
    EXPECT_EQ(told("/wait")["QueuePosition"], "2");
    EXPECT_EQ(told("/wait")["CurrentQueueSize"], "2");
    EXPECT_EQ(told("/wait")["MaxQueueSize"], "1000");
    Party& agent = call("agent", dequeue);
    until_together(ann, agent);
}

TEST_F(QueueOfTheEngine, lets_a_caller_leave)
{
    page("/wait", "<Leave/>");
    Party& ann = call("ann", R"(<Enqueue waitUrl="/wait" action="/left">support</Enqueue>)");
    until_told("/left");
    EXPECT_EQ(told("/left")["QueueResult"], "leave");
    EXPECT_THAT(ann.channel.deeds, Not(Contains("mix")));
    until([&] { return lobby_.empty() || calls_->running() == 0; });
}

TEST_F(QueueOfTheEngine, refuses_a_caller_when_it_is_full)
{
    Party& ann = call("ann", enqueue);
    until_waiting(ann);
    call("bob", R"(<Enqueue action="/left" maxQueueSize="1">support</Enqueue>)");
    until_told("/left");
    EXPECT_EQ(told("/left")["CallSid"], "bob");
    EXPECT_EQ(told("/left")["QueueResult"], "queue-full");
}

TEST_F(QueueOfTheEngine, forgets_a_caller_who_hangs_up)
{
    Party& ann = call("ann", enqueue);
    until_waiting(ann);
    pass(7s);
    ann.channel.hang_up_caller();
    until_told("/left");
    EXPECT_EQ(told("/left")["QueueResult"], "hangup");
    EXPECT_EQ(told("/left")["QueueTime"], "7");
    Party& bob = call("bob", enqueue);
    until_waiting(bob);
    Party& agent = call("agent", dequeue);
    until_together(bob, agent);
}

TEST_F(QueueOfTheEngine, fails_for_two_whom_the_switch_cannot_connect)
{
    Party& ann = call("ann", enqueue);
    until_waiting(ann);
    ann.channel.can_mix = false;
    call("agent", dequeue);
    until_told("/left");
    EXPECT_EQ(told("/left")["QueueResult"], "error");
    until_told("/dialled");
    EXPECT_EQ(told("/dialled")["DialCallStatus"], "failed");
}

// The agent's Queue has a document for the caller.
class GreetingOfTheEngine : public QueueOfTheEngine {
protected:
    static constexpr std::string_view say = "say An agent comes";

    GreetingOfTheEngine()
    {
        page("/hello", R"(<Say>An agent comes</Say><Pause length="10"/><Say>now</Say>)");
    }

    // A caller who has waited.
    Party& waiting(const std::string& id)
    {
        Party& party = call(id, enqueue);
        until_waiting(party);
        return party;
    }
    Party& agent(const std::string& id, std::string_view attributes = R"(url="/hello")")
    {
        return call(id,
                    fmt::format(R"(<Dial action="/dialled" timeout="15"><Queue {}>support</Queue>
                                       </Dial>)",
                                attributes));
    }
};

TEST_F(GreetingOfTheEngine, is_heard_by_the_caller_alone_before_the_two_are_connected)
{
    Party& ann = waiting("ann");
    pass(20s);
    Party& one = agent("one");
    until_heard(ann, say);
    EXPECT_FALSE(ann.channel.hears_music());
    EXPECT_FALSE(ann.channel.is_mixed());
    EXPECT_THAT(one.channel.deeds, IsEmpty());
    EXPECT_THAT(asked(), Contains("POST /hello"));
    EXPECT_EQ(told("/hello")["QueueSid"], "support");
    EXPECT_EQ(told("/hello")["CallSid"], "ann");
    EXPECT_EQ(told("/hello")["QueueTime"], "20");
    EXPECT_EQ(told("/hello")["DequeingCallSid"], "one");
    pass(10s);
    until_together(ann, one);
    EXPECT_THAT(ann.channel.deeds, ElementsAre("music", say, "say now", "mix"));
    EXPECT_THAT(one.channel.deeds, ElementsAre("mix"));
    pass(65s);
    ann.channel.hang_up_caller();
    until_told("/dialled");
    EXPECT_EQ(told("/dialled")["DequeuedCallQueueTime"], "20");
    EXPECT_EQ(told("/dialled")["DialCallDuration"], "65");
    until_told("/left");
    EXPECT_EQ(told("/left")["QueueTime"], "20");
}

TEST_F(GreetingOfTheEngine, is_where_the_document_of_the_agent_means_and_asked_for_as_it_says)
{
    page("/desk/welcome", "<Say>Welcome</Say>");
    Party& ann = waiting("ann");
    Party& one = agent("desk/one", R"(url="welcome" method="GET")");
    until_together(ann, one);
    EXPECT_THAT(asked(), Contains("GET /desk/welcome"));
    EXPECT_THAT(ann.channel.deeds, Contains("say Welcome"));
}

TEST_F(GreetingOfTheEngine, lets_a_caller_who_hangs_up_leave_the_agent_to_the_next)
{
    Party& ann = waiting("ann");
    Party& bob = waiting("bob");
    Party& one = agent("one");
    until_heard(ann, say);
    ann.channel.hang_up_caller();
    until_told("/left");
    EXPECT_EQ(told("/left")["QueueResult"], "hangup");
    until_heard(bob, say);
    EXPECT_THAT(one.channel.deeds, IsEmpty());
    pass(10s);
    until_together(bob, one);
}

TEST_F(GreetingOfTheEngine, ends_when_the_agent_hangs_up_and_the_caller_waits_again)
{
    Party& ann = waiting("ann");
    Party& bob = waiting("bob");
    Party& one = agent("one");
    until_heard(ann, say);
    ann.channel.deeds.clear();
    one.channel.hang_up_caller();
    until_waiting(ann);
    until_told("/dialled");
    EXPECT_EQ(told("/dialled")["DialCallStatus"], "canceled");
    EXPECT_EQ(told("/dialled")["DialBridged"], "false");
    Party& two = agent("two");
    until_heard(ann, say);
    EXPECT_TRUE(bob.channel.hears_music());
    pass(10s);
    until_together(ann, two);
    EXPECT_THAT(ann.channel.deeds, ElementsAre("music", say, "say now", "mix"));
}

TEST_F(GreetingOfTheEngine, ends_when_the_agent_hangs_up_while_it_is_asked_for)
{
    silent_page("/silence");
    Party& ann = waiting("ann");
    Party& one = agent("one", R"(url="/silence")");
    until_told("/silence");
    ann.channel.deeds.clear();
    one.channel.hang_up_caller();
    until_waiting(ann);
    EXPECT_TRUE(is_warned(R"("reason":"cancelled")")) << "the exchange was in vain";
    EXPECT_THAT(warnings, IsEmpty());
}

TEST_F(GreetingOfTheEngine, makes_way_for_that_of_an_agent_who_waits_already)
{
    page("/other", "<Say>Another agent comes</Say>");
    Party& ann = waiting("ann");
    Party& one = agent("one");
    until_heard(ann, say);
    Party& two = agent("two", R"(url="/other")");
    until([&] { return two.events.times().answered_at.has_value(); });
    one.channel.hang_up_caller();
    until_together(ann, two);
    EXPECT_THAT(ann.channel.deeds, Contains("say Another agent comes"));
    EXPECT_THAT(ann.channel.deeds, Not(Contains("say now")));
}

TEST_F(GreetingOfTheEngine, lets_the_wait_document_go_on_for_a_caller_who_waits_again)
{
    page("/wait", R"(<Say>Please wait</Say><Pause length="60"/>)");
    Party& ann = call("ann", R"(<Enqueue waitUrl="/wait" action="/left">support</Enqueue>)");
    until_heard(ann, "say Please wait");
    pass(20s);
    Party& one = agent("one");
    until_heard(ann, say);
    one.channel.hang_up_caller();
    ann.channel.deeds.clear();
    until_heard(ann, "say Please wait");
    EXPECT_EQ(told("/wait")["QueueTime"], "20");
    EXPECT_EQ(told("/wait")["QueuePosition"], "1");
    page("/wait", "<Leave/>");
    pass(60s);
    until_told("/left");
    EXPECT_EQ(told("/left")["QueueResult"], "leave");
}

TEST_F(GreetingOfTheEngine, that_cannot_be_had_warns_and_the_two_are_connected)
{
    page("/error", 500, "text/plain", "broken");
    page("/invalid", 200, "text/xml", "<Response><Say></Response>");
    for (const std::string_view path : {"/error", "/invalid", "http://127.0.0.1:1/dead"}) {
        warnings.clear();
        Party& ann = waiting("ann");
        Party& one = agent("one", fmt::format(R"(url="{}")", path));
        until_together(ann, one);
        EXPECT_THAT(warnings, testing::SizeIs(1)) << path;
        ann.channel.hang_up_caller();
        until([&] { return lobby_.empty(); });
    }
}

TEST_F(GreetingOfTheEngine, that_is_not_a_url_warns_and_the_two_are_connected)
{
    Party& ann = waiting("ann");
    Party& one = agent("one", R"(url="http://")");
    until_together(ann, one);
    EXPECT_TRUE(is_warned("url is not a URL"));
}

TEST_F(GreetingOfTheEngine, lasts_two_minutes_at_most)
{
    page("/long", R"(<Say>Listen</Say><Pause length="600"/>)");
    Party& ann = waiting("ann");
    Party& one = agent("one", R"(url="/long")");
    until_heard(ann, "say Listen");
    pass(119s);
    EXPECT_FALSE(ann.channel.is_mixed());
    pass(1s);
    until_together(ann, one);
}

TEST_F(GreetingOfTheEngine, holds_up_the_time_for_which_the_agent_waits)
{
    page("/long", R"(<Say>Listen</Say><Pause length="60"/>)");
    Party& ann = waiting("ann");
    agent("one", R"(url="/long")");
    until_heard(ann, "say Listen");
    pass(40s);
    ann.channel.hang_up_caller();
    until_told("/left");
    EXPECT_THAT(all_told("/dialled"), IsEmpty());
    pass(15s);
    until_told("/dialled");
    EXPECT_EQ(told("/dialled")["DialCallStatus"], "no-answer");
}

TEST_F(GreetingOfTheEngine, may_hang_up_the_caller)
{
    page("/closed", "<Say>We are closed</Say><Hangup/>");
    Party& ann = waiting("ann");
    Party& bob = waiting("bob");
    Party& one = agent("one", R"(url="/closed")");
    until_told("/left");
    EXPECT_EQ(told("/left")["CallSid"], "ann");
    EXPECT_EQ(told("/left")["QueueResult"], "hangup");
    EXPECT_THAT(ann.channel.deeds, Contains("say We are closed"));
    until_heard(bob, "say We are closed");
    EXPECT_THAT(one.channel.deeds, Not(Contains("mix")));
}

TEST_F(GreetingOfTheEngine, ends_when_the_host_sends_the_caller_elsewhere)
{
    page("/else", R"(<Say>Elsewhere</Say><Pause length="60"/>)");
    Party& ann = waiting("ann");
    Party& bob = waiting("bob");
    Party& one = agent("one");
    until_heard(ann, say);
    ann.events.push(Redirected{url("/else")});
    until_heard(ann, "say Elsewhere");
    until_heard(bob, say);
    pass(10s);
    until_together(bob, one);
    EXPECT_FALSE(ann.channel.is_mixed());
}

// Everything has its home on the other of two lanes, and mail is carried when the test says.
class RoomsFarAway : public RoomsTest, private rooms::Mail {
protected:
    RoomsFarAway() { executor.rooms = &here_; }
    ~RoomsFarAway() override
    {
        for (Party& party : parties_) party.channel.hang_up_caller();
        until([this] {
            carry();
            return calls_->running() == 0;
        });
        carry();
        EXPECT_TRUE(here_.empty());
        EXPECT_TRUE(there_.empty());
    }

    void carry()
    {
        while (!letters_.empty()) {
            auto [lobby, letter] = std::move(letters_.front());
            letters_.pop_front();
            std::visit([to = lobby](const auto& inside) { to->take(inside); }, letter);
        }
    }
    template <typename Condition>
    void until_carried(Condition condition)
    {
        until([&] {
            carry();
            return condition();
        });
    }

    bool has_letters() const { return !letters_.empty(); }
    bool there_is_nobody() const { return there_.empty(); }

private:
    static unsigned home() { return rooms::Lobby::home_of(rooms::place_of("acme", "far"), 2); }

    void send(unsigned lane, rooms::Message message) override
    {
        letters_.emplace_back(lane == home() ? &there_ : &here_, std::move(message));
    }
    void send(unsigned lane, rooms::Order order) override
    {
        letters_.emplace_back(lane == home() ? &there_ : &here_, std::move(order));
    }

    rooms::Mail& mail_ = *this;
    rooms::Lobby here_{1 - home(), 2, mail_};
    rooms::Lobby there_{home(), 2, mail_};
    std::deque<std::pair<rooms::Lobby*, std::variant<rooms::Message, rooms::Order>>> letters_;
};

TEST_F(RoomsFarAway, work_as_those_nearby)
{
    Party& ann = call("ann", "<Dial><Conference>far</Conference></Dial>");
    Party& bob = call("bob", "<Dial><Conference>far</Conference></Dial>");
    until_carried([&] { return ann.channel.is_mixed() && bob.channel.is_mixed(); });
    bob.channel.hang_up_caller();
    until_carried([&] { return ann.channel.hears_music(); });
}

TEST_F(RoomsFarAway, tell_how_a_stay_ended_to_a_call_that_is_over)
{
    Party& ann = call("ann", R"(<Dial><Conference statusCallback="/event"
                                statusCallbackEvent="leave end">far</Conference></Dial>)");
    until_carried([&] { return ann.channel.hears_music(); });
    ann.channel.hang_up_caller();
    until_carried([&] { return all_told("/event").size() == 2; });
    EXPECT_THAT(each_told("/event", "StatusCallbackEvent"),
                ElementsAre("participant-leave", "conference-end"));
}

TEST_F(RoomsFarAway, tell_how_a_conversation_ended_to_a_call_that_is_over)
{
    Party& ann = call("ann", R"(<Enqueue action="/left">far</Enqueue>)");
    until_carried([&] { return ann.channel.hears_music(); });
    pass(20s);
    Party& agent = call("agent", R"(<Dial><Queue>far</Queue></Dial>)");
    until_carried([&] { return ann.channel.is_mixed() && agent.channel.is_mixed(); });
    ann.channel.hang_up_caller();
    until_carried([&] { return !all_told("/left").empty(); });
    EXPECT_EQ(told("/left")["QueueResult"], "bridged");
    EXPECT_EQ(told("/left")["QueueTime"], "20");
}

TEST_F(RoomsFarAway, let_no_music_play_between_a_greeting_and_the_conversation)
{
    page("/hello", "<Say>An agent comes</Say>");
    Party& ann = call("ann", "<Enqueue>far</Enqueue>");
    until_carried([&] { return ann.channel.hears_music(); });
    Party& agent = call("agent", R"(<Dial><Queue url="/hello">far</Queue></Dial>)");
    until_carried([&] { return !ann.channel.hears_music(); });
    until_heard(ann, "say An agent comes");
    until([&] { return has_letters(); });  // the caller has heard it
    EXPECT_FALSE(ann.channel.hears_music());
    until_carried([&] { return ann.channel.is_mixed() && agent.channel.is_mixed(); });
    EXPECT_THAT(ann.channel.deeds, ElementsAre("music", "say An agent comes", "mix"));
}

TEST_F(RoomsFarAway, let_a_caller_wait_again_who_has_just_heard_the_greeting_of_one_who_is_gone)
{
    page("/hello", "<Say>An agent comes</Say>");
    Party& ann = call("ann", "<Enqueue>far</Enqueue>");
    until_carried([&] { return ann.channel.hears_music(); });
    Party& agent = call("agent", R"(<Dial><Queue url="/hello">far</Queue></Dial>)");
    until_carried([&] { return !ann.channel.hears_music(); });
    agent.channel.hang_up_caller();
    until_heard(ann, "say An agent comes");
    until_carried([&] { return ann.channel.hears_music(); });
    EXPECT_FALSE(ann.channel.is_mixed());
    Party& other = call("other", "<Dial><Queue>far</Queue></Dial>");
    until_carried([&] { return ann.channel.is_mixed() && other.channel.is_mixed(); });
}

TEST_F(RoomsFarAway, hold_up_no_call_that_the_host_gives_up)
{
    Party& ann = call("ann", "<Dial><Conference>far</Conference></Dial>");
    until_carried([&] { return ann.channel.hears_music(); });
    ann.channel.hang_up_caller();
    ann.host.expire(Reason::cancelled);
    until([&] { return calls_->running() == 0; });
}

TEST_F(RoomsFarAway, are_heard_by_a_call_that_hangs_up_while_it_is_being_stopped)
{
    Party& ann = call("ann", R"(<Enqueue action="/left">far</Enqueue>)");
    until_carried([&] { return ann.channel.hears_music(); });
    ann.events.cancel();
    until([&] { return !ann.channel.hears_music(); });
    ann.channel.hang_up_caller();
    until_carried([&] { return calls_->running() == 0; });
    EXPECT_TRUE(there_is_nobody());
}

TEST_F(RoomsFarAway, are_left_by_a_call_whose_message_is_on_the_way)
{
    Party& ann = call("ann", "<Dial><Conference>far</Conference></Dial>");
    until([&] { return ann.channel.hears_music(); });
    ann.host.expire(Reason::cancelled);
    until([&] { return calls_->running() == 0; });
}

class RoomsOfTheSwitch : public VerbTest {
protected:
    RoomsOfTheSwitch() { executor.rooms = &lobby_; }
    rooms::Lobby lobby_;
};

TEST_F(RoomsOfTheSwitch, go_before_the_engines)
{
    EXPECT_THAT(run("<Dial><Conference>a</Conference></Dial><Enqueue>b</Enqueue>"),
                ElementsAre("answer", "join a moderator", "enqueue b", "hang_up 0"));
    EXPECT_TRUE(lobby_.empty());
}

}  // namespace
}  // namespace pivot::test
