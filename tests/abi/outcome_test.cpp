#include "abi/outcome.hpp"

#include "shown.hpp"

#include <utility>

#include <gtest/gtest.h>

namespace pivot {
namespace {

std::string_view text(pivot_text text)
{
    return {text.data, text.size};
}

Outcome failed_outcome()
{
    Outcome outcome;
    outcome.kind = OutcomeKind::failed;
    outcome.call_id = "c-1";
    outcome.next = R"({"module":"hangup"})";
    outcome.failure = Failure{
        Reason::invalid_callflow, Phase::parse, "two errors", {{"", "is odd"}, {"/a", "is even"}}};
    outcome.iteration = 4;
    outcome.elapsed = std::chrono::nanoseconds(1'234);
    outcome.exchange = Exchange{Method::post, "http://h/?a",  "http://h/b",   201, "text/plain", 2,
                                true,         "192.0.2.7:80", {1, 2, 3, 4, 5}};
    return outcome;
}

TEST(COutcome, a_failed_one_says_all_that_it_knows)
{
    const test::Shown shown(failed_outcome());
    const pivot_outcome outcome{shown.view()};
    EXPECT_EQ(pivot_outcome_kind(&outcome), PIVOT_KIND_FAILED);
    EXPECT_EQ(pivot_outcome_reason(&outcome), PIVOT_REASON_INVALID_CALLFLOW);
    EXPECT_EQ(pivot_outcome_phase(&outcome), PIVOT_PHASE_PARSE);
    EXPECT_EQ(pivot_outcome_format(&outcome), PIVOT_FORMAT_NONE);
    EXPECT_EQ(pivot_outcome_iteration(&outcome), 4);
    EXPECT_EQ(pivot_outcome_elapsed_ns(&outcome), 1'234);
    EXPECT_EQ(text(pivot_outcome_call_id(&outcome)), "c-1");
    EXPECT_EQ(text(pivot_outcome_branch(&outcome)), "_");
    EXPECT_EQ(text(pivot_outcome_next(&outcome)), R"({"module":"hangup"})");
    EXPECT_EQ(text(pivot_outcome_flow(&outcome)), "");
    EXPECT_EQ(text(pivot_outcome_message(&outcome)), "two errors");
    EXPECT_EQ(text(pivot_outcome_json(&outcome)), failed_outcome().to_json());
    ASSERT_EQ(pivot_outcome_error_count(&outcome), 2U);
    EXPECT_EQ(text(pivot_outcome_error(&outcome, 0).at), "");
    EXPECT_EQ(text(pivot_outcome_error(&outcome, 0).error), "is odd");
    EXPECT_EQ(text(pivot_outcome_error(&outcome, 1).at), "/a");
    EXPECT_EQ(text(pivot_outcome_error(&outcome, 1).error), "is even");
}

TEST(COutcome, an_exchange_says_all_that_it_knows)
{
    const test::Shown shown(failed_outcome());
    const pivot_outcome outcome{shown.view()};
    pivot_exchange exchange = {};
    exchange.size = sizeof exchange;
    ASSERT_EQ(pivot_outcome_exchange(&outcome, &exchange), PIVOT_OK);
    EXPECT_EQ(exchange.size, sizeof exchange);
    EXPECT_EQ(exchange.method, PIVOT_METHOD_POST);
    EXPECT_EQ(text(exchange.url), "http://h/?a");
    EXPECT_EQ(text(exchange.final_url), "http://h/b");
    EXPECT_EQ(exchange.status, 201);
    EXPECT_EQ(text(exchange.content_type), "text/plain");
    EXPECT_EQ(exchange.redirects, 2);
    EXPECT_EQ(exchange.was_reused, 1);
    EXPECT_EQ(text(exchange.address), "192.0.2.7:80");
    EXPECT_EQ(exchange.dns_us, 1);
    EXPECT_EQ(exchange.connect_us, 2);
    EXPECT_EQ(exchange.tls_us, 3);
    EXPECT_EQ(exchange.first_byte_us, 4);
    EXPECT_EQ(exchange.total_us, 5);
}

TEST(COutcome, an_exchange_is_filled_as_far_as_its_size_reaches)
{
    const test::Shown shown(failed_outcome());
    const pivot_outcome outcome{shown.view()};
    struct {
        pivot_exchange exchange = {};
        int later_member = 7;
    } newer;
    newer.exchange.size = sizeof newer;
    EXPECT_EQ(pivot_outcome_exchange(&outcome, &newer.exchange), PIVOT_OK);
    EXPECT_EQ(newer.exchange.size, sizeof newer);
    EXPECT_EQ(newer.exchange.status, 201);
    EXPECT_EQ(newer.later_member, 7);

    newer.exchange.size = sizeof newer.exchange - 1;
    EXPECT_EQ(pivot_outcome_exchange(&outcome, &newer.exchange), PIVOT_SHORT);
    EXPECT_EQ(pivot_outcome_exchange(&outcome, nullptr), PIVOT_NULL);
}

TEST(COutcome, a_processed_one_has_a_flow_and_no_branch)
{
    Outcome processed;
    processed.kind = OutcomeKind::processed;
    processed.flow = R"({"module":"play"})";
    const test::Shown shown(std::move(processed));
    const pivot_outcome outcome{shown.view()};
    EXPECT_EQ(pivot_outcome_kind(&outcome), PIVOT_KIND_PROCESSED);
    EXPECT_EQ(pivot_outcome_reason(&outcome), PIVOT_REASON_NONE);
    EXPECT_EQ(pivot_outcome_phase(&outcome), PIVOT_PHASE_NONE);
    EXPECT_EQ(pivot_outcome_format(&outcome), PIVOT_FORMAT_KAZOO);
    EXPECT_EQ(text(pivot_outcome_flow(&outcome)), R"({"module":"play"})");
    EXPECT_EQ(text(pivot_outcome_verbs(&outcome)), "");
    EXPECT_EQ(pivot_outcome_warning_count(&outcome), 0U);
    EXPECT_EQ(text(pivot_outcome_branch(&outcome)), "");
    EXPECT_EQ(pivot_outcome_error_count(&outcome), 0U);

    pivot_exchange exchange = {};
    exchange.size = sizeof exchange;
    EXPECT_EQ(pivot_outcome_exchange(&outcome, &exchange), PIVOT_NOTHING);
}

TEST(COutcome, a_processed_one_of_twiml_has_verbs_and_warnings)
{
    Outcome processed;
    processed.kind = OutcomeKind::processed;
    processed.format = Format::twiml;
    processed.verbs = R"([{"verb":"Hangup","line":1}])";
    processed.warnings = {{"2:1", "Foobar is unknown"}};
    const test::Shown shown(std::move(processed));
    const pivot_outcome outcome{shown.view()};
    EXPECT_EQ(pivot_outcome_format(&outcome), PIVOT_FORMAT_TWIML);
    EXPECT_EQ(text(pivot_outcome_flow(&outcome)), "");
    EXPECT_EQ(text(pivot_outcome_verbs(&outcome)), R"([{"verb":"Hangup","line":1}])");
    ASSERT_EQ(pivot_outcome_warning_count(&outcome), 1U);
    EXPECT_EQ(text(pivot_outcome_warning(&outcome, 0).at), "2:1");
    EXPECT_EQ(text(pivot_outcome_warning(&outcome, 0).error), "Foobar is unknown");
    EXPECT_EQ(pivot_outcome_warning(&outcome, 1).at.size, 0U);
    EXPECT_NE(text(pivot_outcome_json(&outcome)).find("\"warnings\""), std::string::npos);
}

}  // namespace
}  // namespace pivot
