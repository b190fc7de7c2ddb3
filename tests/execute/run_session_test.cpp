// The call around its documents: what its CDR says about the time before the session and after it.

#include "execute/verb_fixture.hpp"
#include "session/memory_spool.hpp"

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

private:
    MemorySpool spool_{reactor()};
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
