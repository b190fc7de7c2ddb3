#include "net/hosts.hpp"

#include "exact.hpp"

#include <gtest/gtest.h>

namespace pivot::net {
namespace {

IpAddress ip(std::string_view text)
{
    return IpAddress::parse(text).value();
}

TEST(Hosts, a_line_gives_all_its_names_an_address)
{
    const Hosts hosts("192.0.2.7  hooks.example.com\thooks   # the customer's\n");
    ASSERT_NE(hosts.find("hooks"), nullptr);
    EXPECT_EQ(*hosts.find("hooks"), Addresses{ip("192.0.2.7")});
    EXPECT_EQ(*hosts.find("hooks.example.com"), Addresses{ip("192.0.2.7")});
    EXPECT_EQ(hosts.find("example.com"), nullptr);
}

TEST(Hosts, a_name_in_several_lines_has_the_addresses_of_all_ipv6_first)
{
    const Hosts hosts("127.0.0.1 localhost\n127.0.0.2 localhost\n::1 localhost ip6-localhost\n");
    const Addresses expected{ip("::1"), ip("127.0.0.1"), ip("127.0.0.2")};
    EXPECT_EQ(*hosts.find("localhost"), expected);
}

TEST(Hosts, names_are_found_in_lower_case_without_their_trailing_dot)
{
    const Hosts hosts("192.0.2.7 Hooks.Example.COM.\r\n");
    EXPECT_NE(hosts.find("hooks.example.com"), nullptr);
}

TEST(Hosts, what_makes_no_sense_is_skipped)
{
    const Hosts hosts(
        "# 192.0.2.1 a\nhello a\n192.0.2 a\nfe80::1%eth0 a\n192.0.2.7\n192.0.2.8 a#b\n"
        "192.0.2.9 spaß 127.1 c");
    EXPECT_EQ(*hosts.find("a"), Addresses{ip("192.0.2.8")});
    EXPECT_EQ(hosts.find("b"), nullptr);
    EXPECT_EQ(hosts.find("127.1"), nullptr);
    EXPECT_EQ(*hosts.find("c"), Addresses{ip("192.0.2.9")});
}

TEST(Hosts, a_file_that_is_cut_anywhere_is_read_up_to_there)
{
    for_each_prefix("192.0.2.7 name # comment\n\n::1 other", [](std::string_view text) {
        const Hosts hosts(text);
        EXPECT_EQ(hosts.find("name") != nullptr, text.size() >= 14) << text;
    });
}

}  // namespace
}  // namespace pivot::net
