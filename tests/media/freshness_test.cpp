#include "media/freshness.hpp"

#include <cstdint>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace pivot::test {
namespace {

constexpr std::int64_t now_s = 784'111'777;  // Sun, 06 Nov 1994 08:49:37 GMT

media::Freshness freshness_of(std::string_view headers)
{
    http::Response response;
    response.headers = headers;
    return media::freshness_of(response, now_s);
}

TEST(Freshness, lasts_as_long_as_the_server_says)
{
    struct Row {
        std::string headers;
        std::int64_t lifetime_s;
    };
    const Row rows[] = {
        {"", 0},
        {"Cache-Control: max-age=60\r\n", 60},
        {"cache-control:  MAX-AGE = \"60\"\r\n", 60},
        {"Cache-Control: public\r\nCache-Control: foo=bar, max-age=60\r\n", 60},
        {"Cache-Control: max-age=60\r\nAge: 20\r\n", 40},
        {"Cache-Control: max-age=60\r\nAge: 80\r\n", 0},
        {"Cache-Control: max-age=60, s-maxage=5\r\n", 5},
        {"Cache-Control: max-age=60, no-cache\r\n", 0},
        {"Cache-Control: max-age=soon\r\n", 0},
        {"Cache-Control: max-age=-1\r\n", 0},
        {"Cache-Control: max-age=99999999999999999999\r\n", std::int64_t{1} << 31U},
        {"Expires: Sun, 06 Nov 1994 08:50:37 GMT\r\n", 60},
        {"Expires: Sun, 06 Nov 1994 08:50:37 GMT\r\nCache-Control: max-age=7\r\n", 7},
        {"Date: Sun, 06 Nov 1994 08:50:07 GMT\r\nExpires: Sun, 06 Nov 1994 08:50:37 GMT\r\n", 30},
        {"Expires: 0\r\n", 0},
        {"Expires: Sun, 06 Nov 1994 08:48:37 GMT\r\n", 0},
        {"Last-Modified: Sun, 06 Nov 1994 08:32:57 GMT\r\n", 100},
        {"Last-Modified: Sun, 06 Nov 1974 08:32:57 GMT\r\n", 86'400},
        {"Last-Modified: Sun, 06 Nov 1994 09:00:00 GMT\r\n", 0},
        {"Vary: *\r\nCache-Control: max-age=60\r\n", 0},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(freshness_of(row.headers).lifetime.count(), row.lifetime_s) << row.headers;
    }
}

TEST(Freshness, is_not_kept_where_the_server_forbids_it)
{
    EXPECT_TRUE(freshness_of("").may_be_kept);
    EXPECT_FALSE(freshness_of("Cache-Control: no-store\r\n").may_be_kept);
    EXPECT_FALSE(freshness_of("Cache-Control: max-age=60, private\r\n").may_be_kept);
}

TEST(Freshness, may_be_over_unless_the_server_forbids_it)
{
    EXPECT_TRUE(freshness_of("Cache-Control: max-age=60\r\n").may_be_stale);
    for (const char* directive :
         {"must-revalidate", "proxy-revalidate", "no-cache", "s-maxage=60"}) {
        EXPECT_FALSE(
            freshness_of("Cache-Control: " + std::string(directive) + "\r\n").may_be_stale);
    }
}

TEST(Freshness, asks_with_what_the_server_has_told)
{
    EXPECT_EQ(freshness_of("").conditions(), "");
    EXPECT_EQ(freshness_of("ETag: W/\"a\"\r\nLast-Modified: today\r\n").conditions(),
              "If-None-Match: W/\"a\"\r\nIf-Modified-Since: today\r\n");
}

}  // namespace
}  // namespace pivot::test
