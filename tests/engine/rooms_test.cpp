// Rooms and queues that an engine keeps, over a switch that can only mix, for calls on its lanes.
#include "engine/whole_call_fixture.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace pivot::test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view room = R"(<Dial><Conference beep="false">room</Conference></Dial>)";
constexpr std::string_view small_room =
    R"(<Dial><Conference maxParticipants="2">room</Conference></Dial>)";
constexpr std::string_view enqueue = R"(<Enqueue action="/left">support</Enqueue>)";
constexpr std::string_view dequeue = R"(<Dial action="/dialled"><Queue>support</Queue></Dial>)";

// With threads, calls that are started one after the other are on different lanes.
class RoomsOfAnEngine : public SessionTest, public testing::WithParamInterface<unsigned> {
protected:
    RoomsOfAnEngine()
    {
        config.reactors = GetParam();
        page("/left", "<Hangup/>");
        page("/dialled", "<Hangup/>");
    }

    // Hears music until it is stopped. Not started yet.
    Phone& musical()
    {
        Phone& made = phone();
        made.on("play", [](JobId) {});
        return made;
    }

    SessionRequest asking(std::string_view verbs, std::string account = "acme")
    {
        const std::string path = fmt::format("/{:x}", std::hash<std::string_view>{}(verbs));
        page(path, verbs);
        SessionRequest asked = request(path);
        asked.request.call.account_id = std::move(account);
        return asked;
    }
    Phone& call(std::string_view verbs, std::string account = "acme")
    {
        return start(musical(), asking(verbs, std::move(account)));
    }

    bool waits(const Phone& phone)
    {
        return wait_until([&] { return phone.has_been("play"); });
    }
    bool meet(const Phone& one, const Phone& other)
    {
        return wait_until([&] { return !one.mix().empty() && one.mix() == other.mix(); });
    }
    bool all_end(const std::vector<Phone*>& phones)
    {
        return std::ranges::all_of(phones, [&](const Phone* phone) {
            return wait_until([&] { return phone->ends() > 0; });
        });
    }
};

INSTANTIATE_TEST_SUITE_P(Hosts, RoomsOfAnEngine, testing::Values(0U, 2U), [](const auto& info) {
    return info.param == 0 ? "with_a_loop" : "with_threads_of_the_engine";
});

TEST_P(RoomsOfAnEngine, one_of_two_who_have_met_hears_of_it_when_the_other_leaves_and_waits_again)
{
    Phone& ann = call(R"(<Dial><Conference beep="false" statusCallback="/event"
                         statusCallbackEvent="leave">room</Conference></Dial>)");
    ASSERT_TRUE(waits(ann));
    Phone& bob = call(room);
    ASSERT_TRUE(meet(ann, bob));
    const auto music = [&] { return std::ranges::count(ann.commands(), "play"); };
    ASSERT_EQ(music(), 1);
    bob.hang_up_caller();
    ASSERT_TRUE(wait_until([&] { return music() == 2; }));
    EXPECT_EQ(ann.mix(), "");
    ASSERT_TRUE(wait_until([&] { return told("/event")["StatusCallbackEvent"] != "-"; }));
    EXPECT_EQ(told("/event")["StatusCallbackEvent"], "participant-leave");
    Phone& eve = call(room);
    EXPECT_TRUE(meet(ann, eve));
}

TEST_P(RoomsOfAnEngine, a_caller_in_a_queue_and_one_who_dials_it_meet)
{
    Phone& ann = call(enqueue);
    ASSERT_TRUE(waits(ann));
    Phone& agent = call(dequeue);
    ASSERT_TRUE(meet(ann, agent));
    ann.hang_up_caller();
    ASSERT_TRUE(wait_until([&] { return told("/dialled")["DequeueResult"] != "-"; }));
    EXPECT_EQ(told("/dialled")["DequeueResult"], "bridged");
    ASSERT_TRUE(wait_until([&] { return told("/left")["QueueResult"] != "-"; }));
    EXPECT_EQ(told("/left")["QueueResult"], "bridged");
    EXPECT_TRUE(all_end({&ann, &agent}));
}

TEST_P(RoomsOfAnEngine, a_caller_in_a_queue_hears_the_document_of_one_who_dials_it)
{
    page("/hello", "<Say>An agent comes</Say>");
    Phone& ann = call(enqueue);
    ASSERT_TRUE(waits(ann));
    Phone& agent = call(R"(<Dial><Queue url="/hello">support</Queue></Dial>)");
    ASSERT_TRUE(meet(ann, agent));
    EXPECT_TRUE(ann.has_been("say"));
    EXPECT_FALSE(agent.has_been("say"));
}

TEST_P(RoomsOfAnEngine, accounts_do_not_meet)
{
    Phone& ann = call(room, "acme");
    Phone& eve = call(room, "other");
    ASSERT_TRUE(waits(ann));
    ASSERT_TRUE(waits(eve));
    Phone& bob = call(room, "acme");
    ASSERT_TRUE(meet(ann, bob));
    EXPECT_THAT(eve.mixes(), IsEmpty());
}

// The room holds two, and would be full of those who have gone.
TEST_P(RoomsOfAnEngine, calls_that_die_when_they_have_just_asked_to_be_let_in_leave_all_the_same)
{
    std::vector<Phone*> gone;
    for (int i = 0; i < 20; ++i) {
        Phone& caller = *gone.emplace_back(&phone());
        if (i % 2 == 0) {
            caller.hang_up_at(2);  // where the music begins
        } else {
            caller.on("play", [&, this](JobId) {
                engine().cancel(caller.ticket);
                caller.hang_up_caller();
            });
        }
        start(caller, asking(small_room));
        ASSERT_TRUE(wait_until([&] { return caller.ends() > 0; }));
    }
    Phone& ann = call(small_room);
    Phone& bob = call(small_room);
    EXPECT_TRUE(meet(ann, bob));
}

TEST_P(RoomsOfAnEngine, an_engine_is_destroyed_with_callers_in_rooms_and_queues)
{
    std::vector<Phone*> callers;
    for (int i = 0; i < 60; ++i) {
        callers.push_back(&call(i % 3 == 0 ? room : i % 3 == 1 ? enqueue : dequeue));
    }
    ASSERT_TRUE(wait_until([&] {
        return std::ranges::all_of(callers, [](Phone* caller) { return !caller->mix().empty(); });
    }));
    call(enqueue);
    board.close();  // nobody tells an engine that is gone
    destroy();
    for (const Phone* caller : callers) EXPECT_EQ(caller->ends(), 1);
}

TEST_P(RoomsOfAnEngine, a_thousand_callers_in_a_hundred_rooms_and_queues_all_end)
{
    constexpr std::size_t calls = 1000;
    constexpr std::size_t at_a_time = 100;
    page("/hello", "<Say>An agent comes</Say>");
    std::minstd_rand lots(12);
    std::vector<Phone*> callers;
    std::vector<std::string> accounts;
    for (std::size_t i = 0; i < calls; ++i) {
        const auto number = lots() % 50;
        const std::string verbs =
            i % 2 == 0   ? fmt::format("<Dial><Conference>{}</Conference></Dial>", number)
            : i % 4 == 1 ? fmt::format("<Enqueue>{}</Enqueue>", number)
            : i % 8 == 3 ? fmt::format("<Dial><Queue>{}</Queue></Dial>", number)
                         : fmt::format(R"(<Dial><Queue url="/hello">{}</Queue></Dial>)", number);
        Phone& caller = *callers.emplace_back(&musical());
        accounts.push_back(lots() % 2 == 0 ? "acme" : "other");
        switch (lots() % 4) {
            case 0: caller.hang_up_at(1 + lots() % 6); break;
            case 1: caller.on("mix", [&](JobId) { caller.hang_up_caller(); }); break;
            case 2: caller.on("mix", [&, this](JobId) { engine().cancel(caller.ticket); }); break;
            default: break;  // stays
        }
        start(caller, asking(verbs, accounts.back()));
        if (i % at_a_time != at_a_time - 1) continue;
        ASSERT_TRUE(wait_until([&] {
            return std::ranges::all_of(callers, [](Phone* one) { return one->has_been("answer"); });
        }));
    }
    for (Phone* caller : callers) caller->hang_up_caller();
    EXPECT_TRUE(all_end(callers));
    std::map<std::string, std::set<std::string>, std::less<>> members;
    for (std::size_t i = 0; i < calls; ++i) {
        EXPECT_EQ(callers[i]->ends(), 1);
        for (const std::string& mix : callers[i]->mixes()) members[mix].insert(accounts[i]);
    }
    EXPECT_THAT(members, testing::Not(IsEmpty()));
    for (const auto& [mix, of] : members) EXPECT_THAT(of, SizeIs(1)) << mix;
    EXPECT_THAT(kept.forms(), SizeIs(calls));
}

}  // namespace
}  // namespace pivot::test
