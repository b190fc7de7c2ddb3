#include "net/dns_cache.hpp"

#include <string>

#include <gtest/gtest.h>

namespace pivot::net {
namespace {

IpAddress ip(std::string_view text)
{
    return IpAddress::parse(text).value();
}

const Result<Addresses> here = Addresses{ip("192.0.2.7")};
const Result<Addresses> nowhere = fail(Reason::dns, Phase::dns, "no such name");

TEST(DnsCache, a_name_is_known_until_it_expires)
{
    DnsCache cache(10);
    cache.store("a.example", here, 100, 50);
    ASSERT_NE(cache.find("a.example", 99), nullptr);
    EXPECT_EQ(**cache.find("a.example", 99), *here);
    EXPECT_EQ(cache.find("a.example", 100), nullptr);
    EXPECT_EQ(cache.find("b.example", 50), nullptr);
}

TEST(DnsCache, a_failure_is_known_too)
{
    DnsCache cache(10);
    cache.store("a.example", nowhere, 100, 50);
    ASSERT_NE(cache.find("a.example", 99), nullptr);
    EXPECT_EQ(cache.find("a.example", 99)->error().message, "no such name");
}

TEST(DnsCache, a_later_answer_replaces_what_was_known)
{
    DnsCache cache(10);
    cache.store("a.example", nowhere, 200, 50);
    cache.store("a.example", here, 100, 60);
    ASSERT_NE(cache.find("a.example", 99), nullptr);
    EXPECT_TRUE(cache.find("a.example", 99)->has_value());
    EXPECT_EQ(cache.find("a.example", 100), nullptr);
    EXPECT_EQ(cache.size(), 1U);
}

TEST(DnsCache, an_answer_without_a_lifetime_is_not_kept)
{
    DnsCache cache(10);
    cache.store("a.example", here, 50, 50);
    EXPECT_EQ(cache.size(), 0U);
}

TEST(DnsCache, the_least_recently_used_name_makes_room)
{
    DnsCache cache(2);
    cache.store("old.example", here, 300, 0);
    cache.store("older.example", here, 300, 0);
    EXPECT_NE(cache.find("old.example", 10), nullptr);
    cache.store("new.example", nowhere, 100, 20);
    EXPECT_NE(cache.find("old.example", 50), nullptr);
    EXPECT_EQ(cache.find("older.example", 50), nullptr);
    EXPECT_NE(cache.find("new.example", 50), nullptr);
}

TEST(DnsCache, it_never_holds_more_names_than_it_may)
{
    DnsCache cache(100);
    for (int i = 0; i < 10'000; ++i) {
        cache.store(std::to_string(i) + ".example", here, 1'000 + i * 7'919 % 10'000, i % 500);
        ASSERT_LE(cache.size(), 100U);
    }
    EXPECT_EQ(cache.size(), 100U);
}

TEST(DnsCache, without_room_for_a_name_it_keeps_none)
{
    DnsCache cache(0);
    cache.store("a.example", here, 100, 50);
    EXPECT_EQ(cache.find("a.example", 60), nullptr);
}

}  // namespace
}  // namespace pivot::net
