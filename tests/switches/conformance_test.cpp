// Switches that keep the contract of a channel, and some that do not: the suite tells them apart.
#include "switches/conformance.hpp"

#include "reactor/clock.hpp"
#include "switches/passing_time.hpp"
#include "switches/scripted/duration.hpp"
#include "switches/scripted/scripted_channel.hpp"
#include "switches/toy_channel.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pivot::test {
namespace {

using conformance::breaches_of;
using conformance::SwitchUnderTest;
using switches::scripted::DialBehaviour;
using switches::scripted::ScriptedChannel;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

class Toy final : public SwitchUnderTest {
public:
    Channel& begin_call() override
    {
        told_.clear();
        channel_ = std::make_unique<ToyChannel>(
            [this](Event event) { told_.push_back(std::move(event)); });
        return *channel_;
    }
    std::vector<Event> settle() override
    {
        channel_->finish_all();
        return look();
    }
    std::vector<Event> look() override { return std::exchange(told_, {}); }
    void press(char key) override { channel_->press(key); }
    void hang_up_caller() override { channel_->hang_up_caller(); }

private:
    std::vector<Event> told_;
    std::unique_ptr<ToyChannel> channel_;
};

class Scripted : public SwitchUnderTest {
public:
    Channel& begin_call() override
    {
        told_.clear();
        const auto tell = [this](Event event) { told_.push_back(std::move(event)); };
        channel_.emplace(clock_, tell, nullptr);
        return *channel_;
    }
    std::vector<Event> settle() override { return wait(std::chrono::seconds(60)); }
    std::vector<Event> look() override { return wait(std::chrono::seconds(0)); }
    void press(char key) override { channel_->press(key); }
    void hang_up_caller() override { channel_->hang_up_caller(); }

    std::optional<Address> somebody() override
    {
        DialBehaviour behaviour;
        behaviour.parts.emplace_back().leg.hangs_up_after = switches::scripted::endless;
        channel_->plan(behaviour);
        return Address(PhoneNumber::of("+14155550100"));
    }
    std::optional<Address> nobody() override
    {
        DialBehaviour behaviour;
        switches::scripted::Ringing ringing;
        ringing.end = switches::scripted::Ringing::End::fails;
        ringing.cause = Cause{"USER_BUSY", 486};
        behaviour.parts.emplace_back().leg.ringing = ringing;
        channel_->plan(behaviour);
        return Address(PhoneNumber::of("+14155550199"));
    }
    std::optional<Address> elsewhere() override { return Address(PhoneNumber::of("+14155550100")); }

private:
    std::vector<Event> wait(std::chrono::nanoseconds time)
    {
        pass(time, clock_);
        return std::exchange(told_, {});
    }

    std::vector<Event> told_;
    reactor::Clock clock_{reactor::Clock::Kind::manual};
    std::optional<ScriptedChannel> channel_;
};

TEST(Conformance, the_toy_keeps_the_contract)
{
    Toy toy;
    EXPECT_THAT(breaches_of(toy), IsEmpty());
}

TEST(Conformance, the_scripted_switch_keeps_the_contract)
{
    Scripted scripted;
    EXPECT_THAT(breaches_of(scripted), IsEmpty());
}

// The scripted switch, but what it tells is first changed by `lie`.
class Liar final : public Scripted {
public:
    explicit Liar(std::function<void(std::vector<Event>& events)> lie) : lie_(std::move(lie)) {}

    std::vector<Event> settle() override { return lied(Scripted::settle()); }
    std::vector<Event> look() override { return lied(Scripted::look()); }

private:
    std::vector<Event> lied(std::vector<Event> events)
    {
        lie_(events);
        return events;
    }

    const std::function<void(std::vector<Event>& events)> lie_;
};

template <typename Told>
bool is(const Event& event)
{
    return std::holds_alternative<Told>(event);
}

template <typename Told>
void drop(std::vector<Event>& events)
{
    std::erase_if(events, is<Told>);
}

template <typename Told>
void double_each(std::vector<Event>& events)
{
    std::vector<Event> doubled;
    for (const Event& event : events) {
        doubled.push_back(event);
        if (is<Told>(event)) doubled.push_back(event);
    }
    events = std::move(doubled);
}

template <typename Told>
void replace(std::vector<Event>& events, const std::function<Event(const Told&)>& by)
{
    for (Event& event : events) {
        if (const auto* told = std::get_if<Told>(&event)) event = by(*told);
    }
}

struct Lie {
    std::string_view name;
    std::function<void(std::vector<Event>& events)> tell;
    std::string_view breach;  // words that one of the breaches has
};

const Lie lies[] = {
    {"never ends a playback", drop<JobEnded>, "never ended"},
    {"never ends a recording", drop<RecordingEnded>, "never ended"},
    {"ends a job twice", double_each<JobEnded>, "after its end"},
    {"is answered twice", double_each<Answered>, "Answered came 2 times"},
    {"never says that it is answered", drop<Answered>, "Answered came 0 times"},
    {"never says that the caller is gone", drop<HungUp>, "never ended with HungUp"},
    {"goes on after the end of the call", double_each<HungUp>, "after HungUp"},
    {"ends the call before its jobs",
     [](std::vector<Event>& events) {
         const auto last = std::ranges::find_if(events, is<HungUp>);
         if (last != events.end()) std::rotate(events.begin(), last, std::next(last));
     },
     "had not ended before HungUp"},
    {"ends a playback as a recording",
     [](std::vector<Event>& events) {
         replace<JobEnded>(events, [](const JobEnded& ended) {
             RecordingEnded other;
             other.job = ended.job;
             return Event(other);
         });
     },
     "as another kind of job does"},
    {"ends a job that nobody began",
     [](std::vector<Event>& events) {
         replace<JobEnded>(events, [](const JobEnded& ended) {
             return Event(JobEnded{ended.job + 100, ended.end, ""});
         });
     },
     "which nobody began"},
    {"tells of a leg that nobody dialled",
     [](std::vector<Event>& events) {
         replace<LegAnswered>(events, [](const LegAnswered& answered) {
             return Event(LegAnswered{answered.leg + 8, "", answered.job});
         });
     },
     "which was not dialled"},
    {"lets a stopped dial be answered",
     [](std::vector<Event>& events) {
         replace<DialFailed>(events, [](const DialFailed& failed) {
             return Event(LegAnswered{1, "", failed.job});
         });
     },
     "answered after its dial was stopped"},
    {"lets two parties answer one dial", double_each<LegAnswered>, "no dial was running"},
    {"presses keys that no phone has",
     [](std::vector<Event>& events) {
         replace<KeyPressed>(
             events, [](const KeyPressed& pressed) { return Event(KeyPressed{pressed.leg, 'x'}); });
     },
     "not on the keypad"},
    {"ends a mix by itself",
     [](std::vector<Event>& events) {
         const auto ended = std::ranges::find_if(events, is<JobEnded>);
         if (ended == events.end()) return;
         const JobId before = std::get<JobEnded>(*ended).job - 1;
         events.insert(ended, JobEnded{before, JobEnd::finished, ""});
     },
     "mix: the mix ended before it was stopped"},
    {"does not end a mix with the call",
     [](std::vector<Event>& events) {
         std::erase_if(events, [](const Event& event) {
             const auto* ended = std::get_if<JobEnded>(&event);
             return ended != nullptr && ended->end == JobEnd::stopped;
         });
     },
     "hang-up in a mix: the mix (job 1) had not ended before HungUp"},
    {"only claims early media",
     [](std::vector<Event>& events) {
         replace<JobEnded>(events, [](const JobEnded& ended) {
             return Event(JobEnded{ended.job, JobEnd::failed, ""});
         });
     },
     "it claims early_media"},
    {"only claims to whisper",
     [](std::vector<Event>& events) {
         replace<JobEnded>(events, [](const JobEnded& ended) {
             return Event(JobEnded{ended.job, JobEnd::stopped, ""});
         });
     },
     "it claims legs_apart"},
    {"only claims keys in rooms", drop<KeyPressed>, "it claims keys_in_rooms"},
    {"reverses what was typed", [](std::vector<Event>& events) { std::ranges::reverse(events); },
     "the keys"},
};

class Lying : public testing::TestWithParam<Lie> {};

TEST_P(Lying, is_found_out)
{
    Liar liar(GetParam().tell);
    EXPECT_THAT(breaches_of(liar), Contains(HasSubstr(std::string(GetParam().breach))));
}

INSTANTIATE_TEST_SUITE_P(ASwitchThat, Lying, testing::ValuesIn(lies), [](const auto& info) {
    std::string name(info.param.name);
    std::ranges::replace(name, ' ', '_');
    return name;
});

// It ends nothing that it is told to stop, and its caller never hangs up.
TEST(Conformance, a_switch_that_obeys_nothing_is_found_out)
{
    class Deaf final : public Channel {
    public:
        void answer() override {}
        void reject(int, const ReasonPhrase&) override {}
        void hang_up(LegId, const CauseName&) override {}
        void stop(JobId) override {}
        bool play(JobId, LegId, const Media&) override { return true; }
        void ended(const SessionEnd&) override {}
    };
    class DeafSwitch final : public SwitchUnderTest {
    public:
        Channel& begin_call() override { return channel_; }
        std::vector<Event> settle() override { return {}; }
        std::vector<Event> look() override { return {}; }
        void press(char) override {}
        void hang_up_caller() override {}

    private:
        Deaf channel_;
    };
    DeafSwitch deaf;
    const auto breaches = breaches_of(deaf);
    EXPECT_THAT(breaches, Contains(HasSubstr("stop: the playback (job 1) never ended")));
    EXPECT_THAT(breaches, Contains(HasSubstr("reject: the call never ended")));
}

}  // namespace
}  // namespace pivot::test
