#include "http/destination.hpp"

#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace pivot::http {
namespace {

class DestinationCacheTest : public testing::Test {
protected:
    const net::AddressPolicy policy;
    const DestinationRules rules{policy};
    DestinationCache cache{rules};
};

TEST_F(DestinationCacheTest, a_url_is_read_once)
{
    const auto first = cache.find("http://a.example/ivr");
    ASSERT_TRUE(first);
    EXPECT_EQ((*first)->url.host, "a.example");
    EXPECT_EQ(*cache.find("http://a.example/ivr"), *first);
}

TEST_F(DestinationCacheTest, a_text_that_is_not_a_url_is_an_error_each_time)
{
    for (int i = 0; i < 2; ++i) EXPECT_FALSE(cache.find("ivr"));
}

TEST_F(DestinationCacheTest, a_url_that_is_used_outlives_thousands_that_are_not)
{
    const std::string used = "http://a.example/used";
    const std::string unused = "http://a.example/unused";
    const auto kept = *cache.find(used);
    const auto dropped = *cache.find(unused);
    for (int i = 0; i < 5'000; ++i) {
        ASSERT_TRUE(cache.find(fmt::format("http://a.example/{}", i)));
        ASSERT_EQ(*cache.find(used), kept);
    }
    EXPECT_NE(*cache.find(unused), dropped);
}

}  // namespace
}  // namespace pivot::http
