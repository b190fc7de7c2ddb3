#include "http/cookie_date.hpp"

#include "exact.hpp"

#include <gtest/gtest.h>

namespace pivot::http {
namespace {

constexpr std::int64_t november_1994 = 784'111'777;  // Sun, 06 Nov 1994 08:49:37 GMT

// The three spellings of RFC 7231, section 7.1.1.1.
TEST(CookieDate, the_dates_of_http_are_read)
{
    EXPECT_EQ(read_cookie_date("Sun, 06 Nov 1994 08:49:37 GMT"), november_1994);
    EXPECT_EQ(read_cookie_date("Sunday, 06-Nov-94 08:49:37 GMT"), november_1994);
    EXPECT_EQ(read_cookie_date("Sun Nov  6 08:49:37 1994"), november_1994);
}

TEST(CookieDate, rfc_6265_5_1_1_order_and_delimiters_do_not_matter)
{
    EXPECT_EQ(read_cookie_date("1994 nov 6 8:49:37"), november_1994);
    EXPECT_EQ(read_cookie_date("08:49:37/06/November/1994"), november_1994);
    EXPECT_EQ(read_cookie_date(";;06;Nov;1994;08:49:37;;"), november_1994);
    EXPECT_EQ(read_cookie_date("\tSun,06-NOVember-1994\t08:49:37"), november_1994);
}

TEST(CookieDate, rfc_6265_5_1_1_a_token_may_go_on_after_what_is_read)
{
    EXPECT_EQ(read_cookie_date("06th Nov 1994AD 08:49:37.123"), november_1994);
    EXPECT_EQ(read_cookie_date("06 Nov 1994 08:49:37GMT"), november_1994);
}

TEST(CookieDate, rfc_6265_5_1_1_the_first_token_of_a_kind_counts)
{
    EXPECT_EQ(read_cookie_date("08:49:37 06 Nov 1994 09:00:00 Dec 2000"), november_1994);
}

TEST(CookieDate, rfc_6265_5_1_1_a_year_of_two_digits_is_near)
{
    EXPECT_EQ(read_cookie_date("01 Jan 70 00:00:00"), 0);
    EXPECT_EQ(read_cookie_date("01 Jan 99 00:00:00"), 915'148'800);
    EXPECT_EQ(read_cookie_date("01 Jan 00 00:00:00"), 946'684'800);
    EXPECT_EQ(read_cookie_date("01 Jan 69 00:00:00"), 3'124'224'000);
    EXPECT_EQ(read_cookie_date("01 Jan 070 00:00:00"), 0);
}

TEST(CookieDate, dates_before_1970_and_leap_days_are_dates)
{
    EXPECT_EQ(read_cookie_date("31 Dec 1969 23:59:59"), -1);
    EXPECT_EQ(read_cookie_date("01 Jan 1601 00:00:00"), -11'644'473'600);
    EXPECT_EQ(read_cookie_date("29 Feb 2024 00:00:00"), 1'709'164'800);
    EXPECT_EQ(read_cookie_date("31 Dec 9999 23:59:59"), 253'402'300'799);
}

TEST(CookieDate, rfc_6265_5_1_1_what_is_missing_or_out_of_range_is_not_a_date)
{
    for (const auto* odd : {"",
                            "0",
                            "-1",
                            "Thu",
                            "06 Nov 1994",
                            "06 Nov 08:49:37",
                            "Nov 1994 08:49:37",
                            "06 1994 08:49:37",
                            "06 Nov 1600 08:49:37",
                            "00 Nov 1994 08:49:37",
                            "32 Nov 1994 08:49:37",
                            "31 Nov 1994 08:49:37",
                            "29 Feb 2023 00:00:00",
                            "06 Nov 1994 24:00:00",
                            "06 Nov 1994 08:60:00",
                            "06 Nov 1994 08:00:60",
                            "06 Nov 1994 08:49",
                            "06 Nov 1994 008:49:37",
                            "06 Nov 19941 08:49:37",
                            "006 Nov 1994 08:49:37",
                            "06 No 1994 08:49:37"}) {
        EXPECT_EQ(read_cookie_date(odd), std::nullopt) << odd;
    }
}

TEST(CookieDate, the_end_of_the_text_is_the_end_of_the_date)
{
    for_each_prefix("Sun, 06 Nov 1994 08:49:37 GMT",
                    [](std::string_view prefix) { read_cookie_date(prefix); });
}

}  // namespace
}  // namespace pivot::http
