#include "http/connection_overrides.hpp"

#include "exact.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

namespace pivot::http {
namespace {

bool retries_on(const ConnectionOverrides& overrides, RetryOn cause)
{
    return (overrides.retry_on & static_cast<std::uint8_t>(cause)) != 0;
}

ConnectionOverrides read(std::string_view fragment)
{
    const auto overrides = ConnectionOverrides::parse(fragment);
    EXPECT_TRUE(overrides) << fragment << ": " << overrides.error();
    return overrides.value_or(ConnectionOverrides());
}

std::string error(std::string_view fragment)
{
    const auto overrides = ConnectionOverrides::parse(fragment);
    return overrides ? "none" : overrides.error();
}

TEST(ConnectionOverrides, they_are_read_from_a_fragment)
{
    const auto overrides = read("ct=1000&rt=5000&tt=10000&rc=2&rp=ct,rt&sni=n&e=ashburn,us-east-1");
    EXPECT_EQ(overrides.connect_ms, 1000);
    EXPECT_EQ(overrides.read_ms, 5000);
    EXPECT_EQ(overrides.total_ms, 10000);
    EXPECT_EQ(overrides.retries, 2);
    EXPECT_TRUE(retries_on(overrides, RetryOn::connect_timeout));
    EXPECT_TRUE(retries_on(overrides, RetryOn::read_timeout));
    EXPECT_FALSE(retries_on(overrides, RetryOn::status_4xx));
    EXPECT_FALSE(retries_on(overrides, RetryOn::status_5xx));
    EXPECT_FALSE(overrides.sends_sni);
}

TEST(ConnectionOverrides, what_is_not_given_says_so)
{
    const auto overrides = read("");
    EXPECT_EQ(overrides.connect_ms, 0);
    EXPECT_EQ(overrides.read_ms, 0);
    EXPECT_EQ(overrides.total_ms, 0);
    EXPECT_EQ(overrides.retries, -1);
    EXPECT_EQ(overrides.retry_on, 0);
    EXPECT_TRUE(overrides.sends_sni);
    EXPECT_EQ(read("rc=0").retries, 0);
}

TEST(ConnectionOverrides, all_is_every_cause)
{
    for (const auto* all : {"rp=all", "rp=4xx,5xx,ct,rt", "rp=ct,all"}) {
        for (const auto cause : {RetryOn::status_4xx, RetryOn::status_5xx, RetryOn::connect_timeout,
                                 RetryOn::read_timeout}) {
            EXPECT_TRUE(retries_on(read(all), cause)) << all;
        }
    }
}

TEST(ConnectionOverrides, a_key_that_comes_twice_counts_as_it_comes_last)
{
    EXPECT_EQ(read("ct=1000&ct=2000").connect_ms, 2000);
}

TEST(ConnectionOverrides, a_number_has_its_range)
{
    for (const auto* good :
         {"ct=100", "ct=10000", "rt=100", "rt=15000", "tt=100", "tt=15000", "rc=0", "rc=5"}) {
        EXPECT_EQ(error(good), "none") << good;
    }
    EXPECT_EQ(error("ct=99"), "the connection override ct is not a number from 100 to 10000: 99");
    EXPECT_EQ(error("rt=15001"),
              "the connection override rt is not a number from 100 to 15000: 15001");
    EXPECT_EQ(error("rc=6"), "the connection override rc is not a number from 0 to 5: 6");
    for (const auto* odd : {"ct=", "ct", "ct=1e3", "ct= 1000", "ct=+1000", "ct=1000ms", "ct=-1000",
                            "tt=99999999999999999999", "ct=10001", "rt=99", "tt=15001", "rc=-1"}) {
        EXPECT_NE(error(odd), "none") << odd;
    }
}

TEST(ConnectionOverrides, what_nobody_knows_is_an_error)
{
    EXPECT_EQ(error("top"), "top is not a connection override");
    EXPECT_EQ(error("ct=1000&xx=1"), "xx is not a connection override");
    EXPECT_EQ(error("CT=1000"), "CT is not a connection override");
    EXPECT_EQ(error("rp=3xx"),
              "the connection override rp is not a list of 4xx, 5xx, ct, rt and all: 3xx");
    EXPECT_EQ(error("sni=yes"), "the connection override sni is not y or n");
    EXPECT_EQ(error("e=a b"), "the connection override e is not a list of places");
    for (const auto* odd : {"&ct=1000", "ct=1000&&rt=1000", "rp=", "rp=ct,,rt", "e=", "=1"}) {
        EXPECT_NE(error(odd), "none") << odd;
    }
}

TEST(ConnectionOverrides, all_that_is_wrong_is_named)
{
    EXPECT_EQ(error("rc=9&tt=500&ct=abc"),
              "the connection override rc is not a number from 0 to 5: 9; "
              "the connection override ct is not a number from 100 to 10000: abc");
    std::string many;
    for (int i = 0; i < 100; ++i) many += "&x";
    const std::string told = error(many);
    EXPECT_EQ(std::count(told.begin(), told.end(), ';'), 7) << told;
}

TEST(ConnectionOverrides, an_error_is_printable)
{
    EXPECT_EQ(error("\xff\n=1"), "\xEF\xBF\xBD  is not a connection override");
    EXPECT_EQ(error("ct=\x1b[2J"),
              "the connection override ct is not a number from 100 to 10000: \\u001b[2J");
}

TEST(ConnectionOverrides, the_end_of_the_text_is_the_end_of_the_fragment)
{
    for_each_prefix("ct=1000&rp=4xx,rt&sni=y&e=a",
                    [](std::string_view prefix) { ConnectionOverrides::parse(prefix); });
}

}  // namespace
}  // namespace pivot::http
