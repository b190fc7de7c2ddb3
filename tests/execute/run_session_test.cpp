// The call around its documents: what its CDR says about the time before the session and after it.

#include "execute/verb_fixture.hpp"
#include "session/watched_spool.hpp"

namespace pivot::test {
namespace {

constexpr Nanoseconds second = 1'000'000'000;

class RunSession : public VerbTest {
protected:
    RunSession()
    {
        keep_cdrs_in(spool_);
        action += fmt::format(R"(,"cdr_url":"{}")", url("/cdr"));
    }

    // One parameter of the call's CDR.
    std::string cdr(std::string_view name) const
    {
        Request request;
        request.body = spool_.first().body;
        return Told(request)[name];
    }

    std::size_t cdrs() const { return spool_.size(); }

private:
    WatchedSpool spool_{reactor()};
};

TEST_F(RunSession, a_call_answered_before_the_pivot_is_billed_from_its_answer)
{
    events->set_times({clock->now() - 50 * second, clock->now() - 40 * second});
    run(R"(<Pause length="60"/>)");
    EXPECT_EQ(cdr("Billing-Seconds"), "100");
    EXPECT_EQ(cdr("Duration-Seconds"), "110");
    EXPECT_EQ(cdr("Ringing-Seconds"), "10");
    EXPECT_EQ(cdr("Disposition"), "ANSWER");
}

TEST_F(RunSession, a_call_that_rang_before_the_pivot_has_lasted_since_it_began)
{
    events->set_times({clock->now() - 20 * second, {}});
    run(R"(<Reject/>)");
    EXPECT_EQ(cdr("Billing-Seconds"), "0");
    EXPECT_EQ(cdr("Duration-Seconds"), "20");
    EXPECT_EQ(cdr("Ringing-Seconds"), "20");
    EXPECT_EQ(cdr("Disposition"), "-");
}

TEST_F(RunSession, a_call_answered_by_its_document_is_billed_from_then_on)
{
    events->set_times({clock->now() - 20 * second, {}});
    run(R"(<Say>Hello</Say><Pause length="30"/>)");
    EXPECT_EQ(cdr("Billing-Seconds"), "30");
    EXPECT_EQ(cdr("Duration-Seconds"), "50");
    EXPECT_EQ(cdr("Disposition"), "ANSWER");
}

TEST_F(RunSession, nobody_pays_for_the_report_after_the_hang_up)
{
    silent_page("/recorded");
    action += R"(,"req_timeout_ms":1200)";
    channel->on("record", [this](JobId) {
        clock->after(std::chrono::seconds(10), [this] { channel->hang_up_caller(); });
    });
    run(R"(<Record action="/recorded" playBeep="false"/>)");
    EXPECT_THAT(asked(), Contains("POST /recorded"));
    EXPECT_EQ(cdr("Billing-Seconds"), "10");
}

TEST_F(RunSession, what_happened_counts_from_the_moment_that_came_with_it)
{
    channel->on("answer", [this](JobId) {
        channel->push(Answered());
        clock->after(std::chrono::seconds(30), [this] {
            events->push(HungUp{{"NORMAL_CLEARING", 200}}, clock->now() - 10 * second);
        });
    });
    run(R"(<Say>Hello</Say><Pause length="60"/>)");
    EXPECT_EQ(cdr("Billing-Seconds"), "20");
    EXPECT_EQ(cdr("Duration-Seconds"), "20");
}

TEST_F(RunSession, a_call_whose_switch_says_nothing_has_ended_as_it_was_asked_to)
{
    channel->on("hang_up", [](JobId) {});
    run(R"(<Say>Hello</Say>)");
    EXPECT_EQ(cdr("Hangup-Cause"), "NORMAL_CLEARING");
    EXPECT_EQ(channel->ends.front().cause.name, "NORMAL_CLEARING");
}

TEST_F(RunSession, a_switch_hears_of_each_valid_document_before_its_first_command)
{
    page("/next", 200, "text/xml", "<Response><Say>Hello</Say></Response>");
    channel->on("answer", [this](JobId) {
        EXPECT_EQ(channel->documents, 2);
        channel->push(Answered());
    });
    run(R"(<Redirect>/next</Redirect>)");
    EXPECT_THAT(channel->commands, Contains("say Hello"));
    renew();
    run("<Frobnicate/>");
    EXPECT_TRUE(channel->unknown_verbs);
    renew();
    page("/first", 500, "text/plain", "");
    run_node(node(url("/first"), action), "");
    EXPECT_EQ(channel->documents, 0);
}

TEST_F(RunSession, a_switch_may_write_the_cdr)
{
    channel->on("hang_up", [this](JobId) {
        events->push(HungUp{{"NORMAL_CLEARING", 200}, "Hangup-Cause=SWITCHED_OFF&Call-ID=c1"});
    });
    run(R"(<Say>Hello</Say>)");
    EXPECT_EQ(cdr("Hangup-Cause"), "SWITCHED_OFF");
    EXPECT_EQ(cdr("Billing-Seconds"), "-");
}

TEST_F(RunSession, a_switch_may_have_no_cdr_posted)
{
    channel->on("hang_up", [this](JobId) { events->push(HungUp{{"NORMAL_CLEARING", 200}, ""}); });
    run(R"(<Say>Hello</Say>)");
    EXPECT_EQ(cdrs(), 0U);
}

TEST_F(RunSession, a_call_that_is_given_back_rests_until_its_caller_hangs_up)
{
    at_end = AtEnd::give_back;
    channel->on("given_back", [this](JobId) {
        channel->press("1");
        channel->push(Moved());
        clock->after(std::chrono::seconds(30), [this] { channel->hang_up_caller(); });
    });
    EXPECT_THAT(run(R"(<Say>Hello</Say>)"), ElementsAre("answer", "say Hello", "given_back"));
    EXPECT_EQ(cdr("Billing-Seconds"), "30");
    ASSERT_EQ(channel->ends.size(), 1U);
    const SessionEnd& end = channel->ends.front();
    EXPECT_FALSE(end.has_moved) << "the host had the call";
    EXPECT_TRUE(end.was_answered);
    EXPECT_EQ(end.iterations, 1);
    EXPECT_EQ(end.cause.name, "ORIGINATOR_CANCEL");
    EXPECT_EQ(end.branch, "");
    EXPECT_EQ(end.failure, "");
}

TEST_F(RunSession, a_failure_without_a_branch_of_its_own_gives_the_call_back_with_that_branch)
{
    at_end = AtEnd::give_back;
    page("/first", 500, "text/plain", "");
    EXPECT_THAT(run_node(node(url("/first"), action), ""), ElementsAre("given_back _"));
    EXPECT_EQ(channel->ends.front().branch, "_");
    EXPECT_EQ(channel->ends.front().iterations, 0);
    EXPECT_THAT(channel->ends.front().failure, HasSubstr("status: "));
}

TEST_F(RunSession, a_failure_with_a_branch_of_its_own_performs_it_before_the_call_is_given_back)
{
    at_end = AtEnd::give_back;
    page("/first", 500, "text/plain", "");
    EXPECT_THAT(run_node(node(url("/first"), action), sorry),
                ElementsAre("answer", HasSubstr("play"), "given_back"));
    EXPECT_EQ(channel->ends.front().branch, "");
    EXPECT_THAT(channel->ends.front().failure, HasSubstr("status: "));
}

TEST_F(RunSession, a_document_that_hangs_up_or_rejects_does_so_in_a_call_that_would_be_given_back)
{
    at_end = AtEnd::give_back;
    EXPECT_THAT(run("<Hangup/>"), ElementsAre("answer", "hang_up 0"));
    renew();
    EXPECT_THAT(run("<Reject/>"), ElementsAre(HasSubstr("reject")));
    renew();
    page("/first", 200, "application/json", R"({"module":"hangup","data":{},"children":{}})");
    EXPECT_THAT(run(), ElementsAre("hang_up 0"));
}

TEST_F(RunSession, what_runs_beside_is_stopped_before_a_call_is_given_back)
{
    at_end = AtEnd::give_back;
    keep_running("stream");
    EXPECT_THAT(run(R"(<Start><Stream url="wss://example.com/s"/></Start><Say>Hello</Say>)"),
                ElementsAre(HasSubstr("stream"), "answer", "say Hello", "stop", "given_back"));
}

TEST_F(RunSession, a_call_that_has_moved_leaves_its_cdr_at_its_true_end)
{
    channel->on("say", [this](JobId) {
        channel->move_caller();
        clock->after(std::chrono::seconds(60), [this] { channel->hang_up_caller(); });
    });
    EXPECT_THAT(run(R"(<Say>Hello</Say>)"), ElementsAre("answer", "say Hello"));
    EXPECT_EQ(cdr("Billing-Seconds"), "60");
    EXPECT_EQ(cdr("Hangup-Cause"), "ORIGINATOR_CANCEL");
    EXPECT_TRUE(channel->ends.front().has_moved);
}

TEST_F(RunSession, a_call_that_has_moved_and_owes_no_cdr_ends_at_once)
{
    action = twiml;
    channel->on("say", [this](JobId) { channel->move_caller(); });
    const Nanoseconds began = clock->now();
    run(R"(<Say>Hello</Say>)");
    EXPECT_EQ(elapsed_since(began).count(), 0);
    EXPECT_TRUE(channel->ends.front().has_moved);
    EXPECT_EQ(channel->ends.front().cause.name, "");
}

TEST_F(RunSession, a_cancelled_call_stops_what_runs_and_leaves_the_caller_where_they_are)
{
    channel->on("say", [this](JobId) { channel->cancel(); });
    EXPECT_THAT(run(R"(<Say>Hello</Say><Say>again</Say>)"),
                ElementsAre("answer", "say Hello", "stop"));
    ASSERT_EQ(channel->ends.size(), 1U);
    EXPECT_EQ(channel->ends.front().cause.name, "");
    EXPECT_EQ(cdr("Hangup-Cause"), "-");
}

TEST_F(RunSession, a_cancelled_call_hangs_up_the_leg_that_it_dialled)
{
    answer_dials();
    channel->on("bridge", [this](JobId) { channel->cancel(); });
    const Commands& commands = run(R"(<Dial action="/done">+14155550101</Dial>)");
    EXPECT_THAT(commands, Contains("hang_up 1"));
    EXPECT_THAT(commands, Contains("stop"));
    EXPECT_THAT(commands, Not(Contains("hang_up 0")));
    EXPECT_THAT(asked(), Not(Contains("POST /done"))) << "the host asked for nothing more";
}

TEST_F(RunSession, a_stop_that_is_not_obeyed_holds_up_a_cancelled_call_for_two_seconds)
{
    channel->on("say", [this](JobId) { channel->cancel(); });
    channel->on("stop", [](JobId) {});
    const Nanoseconds began = clock->now();
    run(R"(<Say>Hello</Say>)");
    EXPECT_EQ(elapsed_since(began).count(), 2);
}

TEST_F(RunSession, a_host_that_waits_for_nothing_is_not_waited_for)
{
    channel->on("say", [this](JobId) {
        channel->cancel();
        lose_host();
    });
    channel->on("stop", [](JobId) {});
    const Nanoseconds began = clock->now();
    EXPECT_THAT(run(R"(<Say>Hello</Say>)"), ElementsAre("answer", "say Hello", "stop"));
    EXPECT_EQ(elapsed_since(began).count(), 0);
    EXPECT_EQ(channel->ends.size(), 1U);
}

TEST_F(RunSession, a_resting_call_ends_when_it_is_cancelled)
{
    at_end = AtEnd::give_back;
    channel->on("given_back", [this](JobId) {
        clock->after(std::chrono::seconds(5), [this] { channel->cancel(); });
        clock->after(std::chrono::seconds(60), [this] { channel->hang_up_caller(); });
    });
    run(R"(<Say>Hello</Say>)");
    EXPECT_EQ(cdr("Duration-Seconds"), "5");
}

class OperatorsLimits : public VerbTest {
protected:
    OperatorsLimits() : VerbTest(limited()) {}

    std::string nested(std::string_view data) const
    {
        return fmt::format(R"({{"module":"pivot","data":{{"voice_url":"{}",{}}}}})", url("/nested"),
                           data);
    }

private:
    static EngineConfig limited()
    {
        EngineConfig config = loopback();
        config.action.timeout_max = milliseconds(1'234);
        config.action.coerce_types = true;
        return config;
    }
};

TEST_F(OperatorsLimits, bound_the_time_of_a_pivot_in_a_flow)
{
    silent_page("/nested");
    page("/first", 200, "application/json", nested(R"("req_timeout_ms":4000)"));
    run_node(node(url("/first")), sorry);
    ASSERT_EQ(branches.size(), 1U);
    EXPECT_THAT(branches.front(), HasSubstr("1234 ms"));
}

// The switch's own flow: nobody has checked it.
TEST_F(OperatorsLimits, say_which_types_a_pivot_after_the_first_may_have)
{
    page("/first", 404, "text/plain", "");
    run_node(node(url("/first")), nested(R"("debug":"true")"));
    EXPECT_THAT(asked(), ElementsAre("GET /first", "GET /nested"));
}

}  // namespace
}  // namespace pivot::test
