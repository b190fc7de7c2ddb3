// A desk that only watches, between a bus and a judge of the test's own.
#include "reactor/run_until.hpp"
#include "reactor/wait.hpp"
#include "switches/kazoo/shadow_desk.hpp"
#include "switches/kazoo_message.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pivot::switches::kazoo {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Judges when the test says so.
class PatientJudge final : public ShadowJudge {
public:
    PatientJudge(reactor::Reactor& reactor, std::vector<std::string>& heard)
        : reactor_(reactor), heard_(heard)
    {
    }

    reactor::Task<> judge(PivotRequest::Question question, reactor::Deadline& deadline) override
    {
        heard_.push_back("judge " + question.call.call_id);
        const bool is_known = co_await known.wait(deadline);
        heard_.push_back((is_known ? "judged " : "given up ") + question.call.call_id);
    }
    void refuse(const PivotRequest& request, std::string_view why) override
    {
        heard_.push_back(
            fmt::format("refuse {} of {}: {}", request.call_id, request.account_id, why));
    }
    void close() override { heard_.emplace_back("close"); }
    bool is_closed() const override { return true; }

    reactor::FramePool& frames() const { return reactor_.frames(); }

    reactor::Event known;

private:
    reactor::Reactor& reactor_;
    std::vector<std::string>& heard_;
};

class KazooShadowDesk : public testing::Test, protected Bus {
protected:
    KazooShadowDesk()
    {
        auto judge = std::make_unique<PatientJudge>(reactor_, heard_);
        judge_ = judge.get();
        desk_ = std::make_unique<ShadowDesk>(reactor_, std::move(judge),
                                             std::chrono::milliseconds(5'000));
        desk_->opened(*this, true);
    }

    ~KazooShadowDesk() override
    {
        desk_->stop();
        run();
    }

    void run()
    {
        reactor_.turn(0);
        while (reactor_.next_turn() <= reactor_.now()) reactor_.turn(0);
    }

    void deliver(const test::PivotReq& message, std::uint64_t tag)
    {
        Delivery delivery;
        delivery.tag = tag;
        delivery.body = message.text();
        desk_->delivered(std::move(delivery));
        run();
    }

    void know()
    {
        judge_->known.happen();
        run();
    }

    std::uint64_t publish(const Publication&) override
    {
        heard_.emplace_back("published");
        return 1;
    }
    void acknowledge(std::uint64_t tag) override { heard_.push_back(fmt::format("ack {}", tag)); }
    const std::string& queue() const override { return queue_; }
    void bind(std::string_view, std::string_view) override { heard_.emplace_back("bound"); }
    void unbind(std::string_view, std::string_view) override { heard_.emplace_back("unbound"); }

    std::vector<std::string> take_heard() { return std::exchange(heard_, {}); }

    const std::string queue_;
    std::unique_ptr<reactor::Reactor> owner_;
    reactor::Reactor& reactor_ = test::open_reactor(owner_);
    std::vector<std::string> heard_;
    PatientJudge* judge_ = nullptr;
    std::unique_ptr<ShadowDesk> desk_;
};

TEST_F(KazooShadowDesk, a_copy_is_acknowledged_once_it_is_judged_and_nothing_is_published)
{
    deliver(test::PivotReq("m1", "c1"), 7);
    deliver(test::PivotReq("m2", "c2"), 8);
    EXPECT_THAT(take_heard(), ElementsAre("judge c1", "judge c2"));
    EXPECT_FALSE(desk_->is_idle());
    know();
    EXPECT_THAT(take_heard(), ElementsAre("judged c1", "ack 7", "judged c2", "ack 8"));
    EXPECT_TRUE(desk_->is_idle());
}

TEST_F(KazooShadowDesk, what_could_not_be_performed_is_refused_at_once)
{
    deliver(test::PivotReq("m1", "c1").with("Request-Format", R"("x")"), 7);
    EXPECT_THAT(take_heard(),
                ElementsAre(HasSubstr("refuse c1 of 4642d64460dfba89f0938fa7736c6d1b: "
                                      "Request-Format is \"x\""),
                            "ack 7"));
    deliver(test::PivotReq("m2", "c2").with_queue("null"), 8);
    EXPECT_THAT(take_heard(), ElementsAre(HasSubstr("names no queue for replies"), "ack 8"));
}

TEST_F(KazooShadowDesk, tags_of_a_lost_connection_are_not_acknowledged)
{
    deliver(test::PivotReq("m1", "c1"), 7);
    desk_->lost();
    desk_->opened(*this, true);
    know();
    EXPECT_THAT(take_heard(), ElementsAre("judge c1", "judged c1"));
    deliver(test::PivotReq("m2", "c2"), 1);
    desk_->lost();
    know();
    EXPECT_THAT(take_heard(), ElementsAre("judge c2", "judged c2"));
}

TEST_F(KazooShadowDesk, a_stop_waits_for_no_verdict)
{
    deliver(test::PivotReq("m1", "c1"), 7);
    take_heard();
    desk_->stop();
    run();
    EXPECT_TRUE(desk_->is_idle());
    EXPECT_THAT(take_heard(), ElementsAre("given up c1", "ack 7"));
    deliver(test::PivotReq("m2", "c2"), 8);
    EXPECT_THAT(take_heard(), IsEmpty());
}

}  // namespace
}  // namespace pivot::switches::kazoo
