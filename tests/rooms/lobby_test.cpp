// Rooms and queues by account and name, and calls that are far from them.
#include "rooms/lobby.hpp"

#include "rooms/shown_orders.hpp"

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pivot::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

class FakeGuest final : public rooms::Guest {
public:
    void take(const Order& order) override { seen.push_back(shown(order)); }

    MemberId member = 0;
    std::vector<std::string> seen;
};

// Lobbies of several lanes, between which mail is carried when the test says.
class LobbyTest : public testing::Test, private rooms::Mail {
protected:
    static constexpr unsigned lanes = 4;

    LobbyTest()
    {
        rooms::Mail& mail = *this;
        for (unsigned lane = 0; lane < lanes; ++lane) {
            lobbies_.push_back(std::make_unique<rooms::Lobby>(lane, lanes, mail));
        }
    }

    rooms::Lobby& lobby(unsigned lane) { return *lobbies_[lane]; }

    void say(Message::Kind kind, unsigned lane, FakeGuest& guest, std::string_view account,
             std::string_view name)
    {
        if (guest.member == 0) guest.member = lobby(lane).admit(guest);
        Message message;
        message.kind = kind;
        message.member = guest.member;
        message.place = rooms::place_of(account, name);
        message.call_id = "call";
        lobby(lane).send(std::move(message));
    }

    void carry()
    {
        while (!letters_.empty()) {
            auto [lane, letter] = std::move(letters_.front());
            letters_.pop_front();
            std::visit([&](const auto& inside) { lobby(lane).take(inside); }, letter);
        }
    }

    bool are_empty() const
    {
        return std::ranges::all_of(lobbies_, [](const auto& lobby) { return lobby->empty(); });
    }

private:
    void send(unsigned lane, Message message) override
    {
        letters_.emplace_back(lane, std::move(message));
    }
    void send(unsigned lane, Order order) override
    {
        letters_.emplace_back(lane, std::move(order));
    }

    std::vector<std::unique_ptr<rooms::Lobby>> lobbies_;
    std::deque<std::pair<unsigned, std::variant<Message, Order>>> letters_;
};

using Kind = Message::Kind;

TEST(OneLobby, has_carried_out_what_it_was_sent)
{
    rooms::Lobby lobby;
    FakeGuest ann;
    FakeGuest bob;
    Message message;
    message.kind = Kind::join;
    message.place = rooms::place_of("a", "room");
    message.member = lobby.admit(ann);
    lobby.send(message);
    message.member = lobby.admit(bob);
    lobby.send(message);
    EXPECT_THAT(ann.seen, Contains("mix"));
    EXPECT_THAT(bob.seen, Contains("mix"));
}

TEST_F(LobbyTest, calls_of_all_lanes_meet_in_one_room)
{
    std::vector<FakeGuest> guests(lanes);
    for (unsigned lane = 0; lane < lanes; ++lane) {
        say(Kind::join, lane, guests[lane], "a", "room");
        carry();
    }
    for (const FakeGuest& guest : guests) EXPECT_THAT(guest.seen, Contains("mix"));
    for (unsigned lane = 0; lane < lanes; ++lane) {
        say(Kind::leave, lane, guests[lane], "a", "room");
        carry();
        EXPECT_EQ(guests[lane].seen.back(), "end finished");
        lobby(lane).forget(guests[lane].member);
    }
    EXPECT_TRUE(are_empty());
}

TEST_F(LobbyTest, accounts_do_not_meet)
{
    FakeGuest ann;
    FakeGuest bob;
    FakeGuest eve;
    say(Kind::join, 0, ann, "a", "room");
    say(Kind::join, 1, bob, "b", "room");
    say(Kind::join, 2, eve, "a", "other room");
    carry();
    for (const FakeGuest* guest : {&ann, &bob, &eve}) {
        EXPECT_THAT(guest->seen, Not(Contains("mix")));
    }
}

TEST_F(LobbyTest, a_room_and_a_queue_may_have_the_same_name)
{
    FakeGuest ann;
    FakeGuest bob;
    say(Kind::join, 0, ann, "a", "support");
    say(Kind::enqueue, 1, bob, "a", "support");
    carry();
    EXPECT_THAT(ann.seen, ElementsAre("join call"));
    EXPECT_THAT(bob.seen, ElementsAre("stands 1 of 1, 0 s"));
    say(Kind::leave, 1, bob, "a", "support");
    carry();
    EXPECT_EQ(bob.seen.back(), "end left, 0 s, 0 s");
    EXPECT_THAT(ann.seen, ElementsAre("join call"));
}

TEST_F(LobbyTest, a_greeting_that_was_heard_when_everybody_had_left_founds_no_queue)
{
    FakeGuest ann;
    say(Kind::enqueue, 0, ann, "a", "support");
    say(Kind::leave, 0, ann, "a", "support");
    say(Kind::ready, 0, ann, "a", "support");
    carry();
    lobby(0).forget(ann.member);
    EXPECT_TRUE(are_empty());
}

TEST_F(LobbyTest, a_call_that_is_gone_before_its_message_has_arrived_leaves_all_the_same)
{
    FakeGuest ann;
    say(Kind::join, 0, ann, "a", "room");
    say(Kind::leave, 0, ann, "a", "room");
    lobby(0).forget(ann.member);
    carry();
    EXPECT_TRUE(are_empty());
}

TEST_F(LobbyTest, what_is_for_a_call_that_is_gone_is_dropped)
{
    FakeGuest ann;
    FakeGuest bob;
    say(Kind::join, 0, ann, "a", "room");
    say(Kind::join, 1, bob, "a", "room");
    lobby(0).forget(ann.member);
    const std::vector<std::string> seen = ann.seen;
    carry();
    EXPECT_EQ(ann.seen, seen);
    EXPECT_THAT(bob.seen, Contains("mix"));
}

TEST_F(LobbyTest, a_room_that_has_ended_is_a_new_one_when_somebody_comes)
{
    FakeGuest ann;
    say(Kind::join, 0, ann, "a", "room");
    say(Kind::leave, 0, ann, "a", "room");
    carry();
    EXPECT_EQ(ann.seen.back(), "end finished");
    FakeGuest bob;
    say(Kind::join, 1, bob, "a", "room");
    carry();
    EXPECT_THAT(bob.seen, ElementsAre("join call"));
}

}  // namespace
}  // namespace pivot::test
