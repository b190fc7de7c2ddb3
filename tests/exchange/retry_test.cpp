// Which failures are worth another attempt, by default and as a URL wants it.

#include "exchange/retry.hpp"

#include <gtest/gtest.h>

namespace pivot::test {
namespace {

using exchange::Retry;

http::ConnectionOverrides overrides(std::string_view fragment)
{
    return http::ConnectionOverrides::parse(fragment).value();
}

Failure failure(Reason reason, Phase phase = Phase::read)
{
    return {reason, phase, "", {}};
}

TEST(Retry, is_for_twiml_without_a_connection_where_nothing_is_said)
{
    EXPECT_EQ(Retry::by_default(Format::kazoo).retries, 0);
    const Retry retry = Retry::by_default(Format::twiml);
    EXPECT_EQ(retry.retries, 1);
    EXPECT_TRUE(retry.is_worth_another(failure(Reason::connect), 0));
    EXPECT_TRUE(retry.is_worth_another(failure(Reason::timeout, Phase::tls), 0));
    EXPECT_FALSE(retry.is_worth_another(failure(Reason::timeout, Phase::wait), 0));
    EXPECT_FALSE(retry.is_worth_another(failure(Reason::status), 503));
}

TEST(Retry, is_as_often_and_for_what_a_url_says)
{
    const Retry none;
    EXPECT_EQ(none.with(overrides("")).retries, 0);
    EXPECT_EQ(none.with(overrides("rp=5xx")).retries, 1);
    EXPECT_EQ(none.with(overrides("rc=3")).retries, 3);
    EXPECT_EQ(Retry::by_default(Format::twiml).with(overrides("rc=0")).retries, 0);
    const Retry busy = none.with(overrides("rp=5xx"));
    EXPECT_TRUE(busy.is_worth_another(failure(Reason::status), 500));
    EXPECT_FALSE(busy.is_worth_another(failure(Reason::status), 429));
    EXPECT_FALSE(busy.is_worth_another(failure(Reason::connect), 0));
}

TEST(Retry, on_busy_means_the_two_statuses_that_ask_to_come_again)
{
    const Retry retry{.retries = 1, .retry_on = Retry::on_busy};
    EXPECT_TRUE(retry.is_worth_another(failure(Reason::status), 408));
    EXPECT_TRUE(retry.is_worth_another(failure(Reason::status), 429));
    EXPECT_FALSE(retry.is_worth_another(failure(Reason::status), 404));
}

TEST(Retry, is_never_for_what_would_fail_again)
{
    const Retry retry{.retries = 1, .retry_on = 255};
    for (const Reason reason : {Reason::bad_action, Reason::blocked, Reason::invalid_json,
                                Reason::invalid_twiml, Reason::cancelled}) {
        EXPECT_FALSE(retry.is_worth_another(failure(reason), 0)) << name(reason);
    }
}

}  // namespace
}  // namespace pivot::test
