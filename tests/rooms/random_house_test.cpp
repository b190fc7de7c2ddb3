// Whatever calls do, in any order: what holds of rooms and queues at every moment.
#include "rooms/house.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace pivot::test {
namespace {

using rooms::MemberId;
using rooms::Message;
using rooms::Order;
using Kind = Message::Kind;

struct Stay {
    Kind kind = Kind::join;
    std::string place;
    std::string mix;          // empty: the member is in none
    MemberId greeted_by = 0;  // 0: no greeting is heard
    bool is_taken = false;    // or has somebody, who is being greeted
};

// Sends what it likes, and holds each order against what has happened before.
class Crowd {
public:
    explicit Crowd(unsigned seed) : random_(seed) {}

    void act()
    {
        now_ += below(3'000'000'000);
        if (stays_.empty() || below(100) < 55) return come();
        if (below(2) == 0) return hear_greeting();
        const auto one = std::next(stays_.begin(), static_cast<long>(below(stays_.size())));
        leave(one->first);
    }
    void leave_all()
    {
        while (!stays_.empty()) leave(stays_.begin()->first);
    }

    bool is_house_empty() const { return house_.empty(); }

private:
    std::size_t below(std::size_t end) { return random_() % end; }

    void come()
    {
        static constexpr Kind kinds[] = {Kind::join, Kind::enqueue, Kind::dequeue};
        Message message;
        message.kind = kinds[below(3)];
        message.member = ++last_;
        message.place = rooms::place_of("account", std::to_string(below(3)));
        message.at = now_;
        message.is_moderator = below(2) == 0;
        message.ends_with_caller = below(6) == 0;
        message.beeps_on_enter = below(2) == 0;
        message.size_max = static_cast<unsigned>(below(6));
        if (below(2) == 0) message.greeting.url = "/hello";
        stays_[last_].kind = message.kind;
        stays_[last_].place = message.place;
        if (message.kind == Kind::enqueue) waiting_[message.place].push_back(last_);
        take(house_.take(message));
    }

    // One of those who hear a greeting has heard it to its end. Or one of an earlier time: that
    // message has crossed the news that the greeting is withdrawn.
    void hear_greeting()
    {
        Message message;
        message.kind = Kind::ready;
        message.at = now_;
        for (const auto& [member, stay] : stays_) {
            if (stay.greeted_by == 0 || below(3) != 0) continue;
            message.member = member;
            message.place = stay.place;
            message.taker = stay.greeted_by;
            const bool is_stale = below(4) == 0;
            if (is_stale) message.taker = 1 + below(last_);
            const bool was_heard = message.taker == stay.greeted_by;
            const rooms::Orders orders = house_.take(message);
            EXPECT_EQ(orders.empty(), !was_heard);
            return take(orders);
        }
    }

    void leave(MemberId member)
    {
        Message message;
        message.member = member;
        message.place = stays_[member].place;
        message.at = now_;
        message.has_failed = below(10) == 0;
        take(house_.take(message));
        EXPECT_FALSE(stays_.contains(member)) << "one who leaves is out";
    }

    void take(const rooms::Orders& orders)
    {
        for (const Order& order : orders) take(order);
        check_mixes();
        check_lines();
    }

    void take(const Order& order)
    {
        const auto found = stays_.find(order.member);
        ASSERT_NE(found, stays_.end()) << "nobody hears anything after their end";
        Stay& stay = found->second;
        switch (order.kind) {
            case Order::Kind::mix:
                EXPECT_EQ(stay.mix, "") << "nobody is in two mixes";
                stay.mix = order.mix;
                stay.greeted_by = 0;
                break;
            case Order::Kind::hold: hold(order.member, stay); break;
            case Order::Kind::greet:
                EXPECT_EQ(stay.kind, Kind::enqueue);
                EXPECT_TRUE(stays_.contains(order.taker));
                stay.greeted_by = order.taker;
                break;
            case Order::Kind::expect:
                EXPECT_EQ(stay.kind, Kind::dequeue);
                stay.is_taken = true;
                break;
            case Order::Kind::beep:
                EXPECT_NE(stay.mix, "") << "beeps are for those who talk";
                break;
            case Order::Kind::news: hear(order.member, stay, order.event); break;
            case Order::Kind::end: end(order.member); break;
        }
    }

    // Whoever waits again stands where their number says.
    void hold(MemberId member, Stay& stay)
    {
        if (stay.kind == Kind::join) {
            EXPECT_NE(stay.mix, "") << "one who is held was in a mix";
        }
        if (stay.kind != Kind::join) {
            EXPECT_EQ(stay.mix, "") << "one who was connected does not wait again";
        }
        const bool was_taken = std::exchange(stay.is_taken, false);
        if (was_taken && stay.kind == Kind::enqueue) {
            auto& waiting = waiting_[stay.place];
            waiting.insert(std::ranges::upper_bound(waiting, member), member);
        }
        stay.mix.clear();
        stay.greeted_by = 0;
    }

    void hear(MemberId member, Stay& stay, const Event& event)
    {
        if (stay.kind != Kind::enqueue) return;
        auto& waiting = waiting_[stay.place];
        if (std::holds_alternative<QueueBridged>(event)) {
            if (std::exchange(stay.is_taken, true)) return;
            ASSERT_FALSE(waiting.empty());
            EXPECT_EQ(waiting.front(), member) << "the queue keeps its order";
            std::erase(waiting, member);
        } else if (const auto* standing = std::get_if<QueueStanding>(&event)) {
            ASSERT_LE(standing->position, waiting.size());
            EXPECT_EQ(waiting[standing->position - 1], member);
            EXPECT_EQ(standing->size, waiting.size());
        }
    }

    void end(MemberId member)
    {
        std::erase(waiting_[stays_[member].place], member);
        stays_.erase(member);
    }

    // A mix has at least two members, all of one place, and that of a queue two.
    void check_mixes() const
    {
        std::map<std::string, std::vector<const Stay*>> mixes;
        for (const auto& [member, stay] : stays_) {
            if (!stay.mix.empty()) mixes[stay.mix].push_back(&stay);
        }
        for (const auto& [mix, stays] : mixes) {
            EXPECT_GE(stays.size(), 2U);
            const bool is_queue = stays.front()->kind != Kind::join;
            EXPECT_LE(stays.size(), is_queue ? 2U : stays_.size());
            for (const Stay* stay : stays) EXPECT_EQ(stay->place, stays.front()->place);
        }
    }

    // Nobody waits for one who waits.
    void check_lines() const
    {
        std::set<std::string> with_takers;
        for (const auto& [member, stay] : stays_) {
            const bool waits = stay.mix.empty() && !stay.is_taken;
            if (waits && stay.kind == Kind::dequeue) with_takers.insert(stay.place);
        }
        for (const std::string& place : with_takers) {
            const auto waiting = waiting_.find(place);
            EXPECT_TRUE(waiting == waiting_.end() || waiting->second.empty());
        }
    }

    std::mt19937 random_;
    rooms::House house_;
    std::map<MemberId, Stay> stays_;
    std::map<std::string, std::vector<MemberId>> waiting_;  // callers, as they came
    MemberId last_ = 0;
    Nanoseconds now_ = 0;
};

TEST(RandomHouse, keeps_its_promises)
{
    for (unsigned seed = 1; seed <= 200 && !testing::Test::HasFailure(); ++seed) {
        SCOPED_TRACE(seed);
        Crowd crowd(seed);
        for (int step = 0; step < 300; ++step) crowd.act();
        crowd.leave_all();
        EXPECT_TRUE(crowd.is_house_empty()) << "an empty room is gone";
    }
}

}  // namespace
}  // namespace pivot::test
