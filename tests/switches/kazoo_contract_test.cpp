// A call of KAZOO keeps the contract of a channel, whatever KAZOO does.
#include "switches/conformance.hpp"
#include "switches/fake_kazoo.hpp"
#include "switches/kazoo/bus_attendant.hpp"
#include "switches/kazoo/bus_call.hpp"

#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pivot::test {
namespace {

using namespace switches::kazoo;

class KazooUnderTest : public conformance::SwitchUnderTest,
                       private BusAttendant,
                       private BusCallListener {
public:
    ~KazooUnderTest() override { kazoo.run(); }

    Channel& begin_call() override
    {
        kazoo.begin_call();
        rounds_ = rounds_max;
        channel_ = std::make_unique<BusCall>(kazoo.reactor, attendant(),
                                             std::string(FakeKazoo::call_id), listener());
        return *channel_;
    }
    std::vector<Event> settle() override
    {
        kazoo.pass(std::chrono::seconds(70));
        return kazoo.take_told();
    }
    std::vector<Event> look() override
    {
        kazoo.run();
        return kazoo.take_told();
    }
    bool may_still_tell() override { return --rounds_ > 0; }
    void press(char key) override { kazoo.press(key); }
    void hang_up_caller() override { kazoo.hang_up_caller(); }

    std::optional<Address> somebody() override
    {
        kazoo.answers_after = std::chrono::seconds(3);
        return Address(SipUri::of("sip:ann@example.com"));
    }
    std::optional<Address> nobody() override
    {
        kazoo.answers_after = std::nullopt;
        return Address(PhoneNumber::of("+14155550100"));
    }

    FakeKazoo kazoo;

private:
    BusAttendant& attendant() { return *this; }
    BusCallListener& listener() { return *this; }

    std::string own_id(std::string id) override { return id; }
    std::string begin(Arrival, Channel&, Engine::Ticket&) override { return {}; }
    void refuse(std::string_view, std::string_view) override {}
    void tell(Engine::Ticket, Event) override {}
    void note(std::string_view, std::string_view) override {}
    void warn(std::string_view, std::string_view) override {}
    void ended(std::string_view, const SessionEnd&) override {}

    void flow_came(JobId, std::string) override {}
    void commanded(std::function<void(PerformedCall& call)> command) override
    {
        command(kazoo.call());
    }
    void document_came(bool) override {}
    PerformedCall* performed() override { return &kazoo.call(); }
    void given_back(const SessionEnd&) override {}
    void ended(const SessionEnd&) override {}

    static constexpr int rounds_max = 10;  // in which lost events are found out
    int rounds_ = 0;
    std::unique_ptr<BusCall> channel_;
};

TEST(KazooContract, a_call_of_kazoo_keeps_the_contract)
{
    KazooUnderTest tested;
    EXPECT_THAT(conformance::breaches_of(tested), testing::IsEmpty());
}

TEST(KazooContract, it_is_kept_without_the_events_of_what_is_done)
{
    KazooUnderTest tested;
    tested.kazoo.loses = [](std::string_view event) {
        return event == "CHANNEL_ANSWER" || event == "RECORD_STOP";
    };
    EXPECT_THAT(conformance::breaches_of(tested), testing::IsEmpty());
}

TEST(KazooContract, it_is_kept_when_the_end_of_the_call_is_not_told)
{
    KazooUnderTest tested;
    tested.kazoo.loses = [](std::string_view event) { return event == "CHANNEL_DESTROY"; };
    EXPECT_THAT(conformance::breaches_of(tested), testing::IsEmpty());
}

TEST(KazooContract, it_is_kept_when_half_of_the_events_are_lost)
{
    std::minstd_rand dice(20261130);
    KazooUnderTest tested;
    tested.kazoo.loses = [&dice](std::string_view event) {
        return event != "DTMF" && event != "CHANNEL_BRIDGE" && dice() % 2 == 0;
    };
    EXPECT_THAT(conformance::breaches_of(tested), testing::IsEmpty());
}

}  // namespace
}  // namespace pivot::test
