#include "net/source_addresses.hpp"

#include <gtest/gtest.h>

namespace pivot::net {
namespace {

SourceAddresses sources(const std::vector<std::string>& texts)
{
    auto parsed = SourceAddresses::parse(texts);
    EXPECT_TRUE(parsed) << parsed.error();
    return std::move(*parsed);
}

std::string next(SourceAddresses& sources, std::string_view target)
{
    const IpAddress* source = sources.next(*IpAddress::parse(target));
    return source == nullptr ? "the kernel chooses" : source->to_text();
}

TEST(SourceAddresses, take_turns)
{
    auto three = sources({"127.0.0.2", "127.0.0.3", "127.0.0.4"});
    for (const auto* expected : {"127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.2", "127.0.0.3"}) {
        EXPECT_EQ(next(three, "127.0.0.1"), expected);
    }
}

TEST(SourceAddresses, are_those_of_the_targets_family)
{
    auto mixed = sources({"192.0.2.1", "2001:db8::1", "192.0.2.2"});
    EXPECT_EQ(next(mixed, "2001:db8::9"), "2001:db8::1");
    EXPECT_EQ(next(mixed, "192.0.2.9"), "192.0.2.1");
    EXPECT_EQ(next(mixed, "2001:db8::9"), "2001:db8::1");
    EXPECT_EQ(next(mixed, "192.0.2.9"), "192.0.2.2");

    auto v6 = sources({"2001:db8::1"});
    EXPECT_EQ(next(v6, "192.0.2.9"), "the kernel chooses");
}

TEST(SourceAddresses, where_there_are_none_the_kernel_chooses)
{
    SourceAddresses none;
    EXPECT_EQ(next(none, "192.0.2.9"), "the kernel chooses");
    EXPECT_EQ(next(none, "2001:db8::9"), "the kernel chooses");
}

TEST(SourceAddresses, what_is_not_an_address_is_refused_with_a_sentence)
{
    const std::vector<std::string> texts = {"192.0.2.1", "192.0.2.0/24"};
    EXPECT_EQ(SourceAddresses::parse(texts).error(),
              "the source address \"192.0.2.0/24\" is not an address, such as 192.0.2.7 or "
              "2001:db8::7");
}

}  // namespace
}  // namespace pivot::net
