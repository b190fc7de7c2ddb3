#include "net/address.hpp"

#include "exact.hpp"

#include <gtest/gtest.h>

namespace pivot::net {
namespace {

std::string spelled(std::string_view text)
{
    const auto address = IpAddress::parse(text);
    return address ? address->to_text() : "none";
}

TEST(IpAddress, a_v4_address_is_four_decimal_numbers)
{
    EXPECT_EQ(spelled("192.0.2.7"), "192.0.2.7");
    EXPECT_EQ(spelled("0.0.0.0"), "0.0.0.0");
    EXPECT_EQ(spelled("255.255.255.255"), "255.255.255.255");
    for (const auto* odd :
         {"", "1", "127.1", "1.2.3", "1.2.3.4.", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "0x7f.0.0.1",
          "2130706433", " 1.2.3.4", "1.2.3.4 ", "1.2.3.+4", "1..2.3"}) {
        EXPECT_FALSE(IpAddress::parse(odd)) << odd;
    }
}

// RFC 5952, section 4.
TEST(IpAddress, a_v6_address_is_spelled_as_rfc_5952_says)
{
    EXPECT_EQ(spelled("2001:0db8::0001"), "2001:db8::1");
    EXPECT_EQ(spelled("2001:db8:0:0:0:0:2:1"), "2001:db8::2:1");
    EXPECT_EQ(spelled("2001:db8:0:1:1:1:1:1"), "2001:db8:0:1:1:1:1:1");
    EXPECT_EQ(spelled("2001:0:0:1:0:0:0:1"), "2001:0:0:1::1");
    EXPECT_EQ(spelled("2001:db8:0:0:1:0:0:1"), "2001:db8::1:0:0:1");
    EXPECT_EQ(spelled("2001:DB8::AF"), "2001:db8::af");
    EXPECT_EQ(spelled("0:0:0:0:0:0:0:0"), "::");
    EXPECT_EQ(spelled("::1"), "::1");
    EXPECT_EQ(spelled("::ffff:c000:207"), "::ffff:192.0.2.7");
    for (const auto* odd : {":", ":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
                            "12345::", "::g", "[::1]", "fe80::1%eth0", "::1/128", "::127.1"}) {
        EXPECT_FALSE(IpAddress::parse(odd)) << odd;
    }
}

TEST(IpAddress, the_end_of_the_text_is_the_end_of_the_address)
{
    for_each_prefix("2001:db8:1111:2222:3333:4444:203.0.113.255",
                    [](std::string_view prefix) { IpAddress::parse(prefix); });
    EXPECT_FALSE(IpAddress::parse(std::string_view("1.2.3.4\0", 8)));
    EXPECT_FALSE(IpAddress::parse(std::string_view("1.2.3.4\0.example.com", 20)));
    EXPECT_FALSE(IpAddress::parse(std::string(100, ':')));
}

TEST(SocketAddress, its_text_keeps_address_and_port_apart)
{
    EXPECT_EQ(SocketAddress(*IpAddress::parse("192.0.2.7"), 443).to_text(), "192.0.2.7:443");
    EXPECT_EQ(SocketAddress(*IpAddress::parse("2001:db8::7"), 443).to_text(), "[2001:db8::7]:443");
}

TEST(SocketAddress, it_is_read_as_it_is_written)
{
    for (const std::string text : {"192.0.2.7:443", "0.0.0.0:0", "[2001:db8::7]:65535"}) {
        const auto address = SocketAddress::parse(text);
        ASSERT_TRUE(address) << text;
        EXPECT_EQ(address->to_text(), text);
    }
    for (const char* text :
         {"", "192.0.2.7", "192.0.2.7:", ":443", "192.0.2.7:65536", "a:1", "192.0.2.7:+1",
          "[192.0.2.7]:1", "2001:db8::7:1", "[2001:db8::7]", "[2001:db8::7]1"}) {
        EXPECT_FALSE(SocketAddress::parse(text)) << text;
    }
}

TEST(SocketAddress, it_comes_back_from_what_the_kernel_takes)
{
    for (const auto* text : {"192.0.2.7", "2001:db8::7"}) {
        const SocketAddress address(*IpAddress::parse(text), 8443);
        NativeAddress storage;
        const auto length = address.to_sockaddr(storage);
        EXPECT_EQ(length, address.ip().is_v4() ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
        EXPECT_EQ(SocketAddress::from(reinterpret_cast<const sockaddr&>(storage)), address);
    }
    const sockaddr local{.sa_family = AF_UNIX, .sa_data = {}};
    EXPECT_FALSE(SocketAddress::from(local));
}

bool contains(std::string_view network, std::string_view address)
{
    return Network::parse(network)->contains(*IpAddress::parse(address));
}

TEST(Network, it_contains_the_addresses_with_its_prefix)
{
    EXPECT_TRUE(contains("10.0.0.0/8", "10.0.0.0"));
    EXPECT_TRUE(contains("10.0.0.0/8", "10.255.255.255"));
    EXPECT_FALSE(contains("10.0.0.0/8", "11.0.0.0"));
    EXPECT_TRUE(contains("172.16.0.0/12", "172.31.255.255"));
    EXPECT_FALSE(contains("172.16.0.0/12", "172.32.0.0"));
    EXPECT_TRUE(contains("0.0.0.0/0", "203.0.113.9"));
    EXPECT_TRUE(contains("2001::/23", "2001:1ff::1"));
    EXPECT_FALSE(contains("2001::/23", "2001:200::1"));
    EXPECT_TRUE(contains("::/0", "2001:db8::1"));
}

TEST(Network, a_bare_address_is_the_network_of_one_host)
{
    EXPECT_EQ(Network::parse("192.0.2.7")->to_text(), "192.0.2.7/32");
    EXPECT_EQ(Network::parse("::1")->to_text(), "::1/128");
    EXPECT_TRUE(contains("192.0.2.7", "192.0.2.7"));
    EXPECT_FALSE(contains("192.0.2.7", "192.0.2.8"));
}

TEST(Network, families_are_apart)
{
    EXPECT_FALSE(contains("0.0.0.0/0", "::ffff:10.0.0.1"));
    EXPECT_FALSE(contains("::/0", "10.0.0.1"));
}

TEST(Network, an_error_says_how_to_mend_the_text)
{
    EXPECT_EQ(Network::parse("10.0.0.1/8").error(),
              "\"10.0.0.1/8\" has bits set after its prefix; write 10.0.0.0/8");
    EXPECT_EQ(Network::parse("10.0.0.0/33").error(),
              "\"10.0.0.0/33\": the prefix length must be a number from 0 to 32");
    EXPECT_EQ(Network::parse("::/129").error(),
              "\"::/129\": the prefix length must be a number from 0 to 128");
    EXPECT_EQ(Network::parse("10/8").error(),
              "\"10/8\" is not a network; write 10.0.0.0/8 or 2001:db8::/32");
    for (const auto* odd : {"10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8 ",
                            "10.0.0.0/8/8", "10.0.0.0/99999999999999999999", "/8", ""}) {
        EXPECT_FALSE(Network::parse(odd)) << odd;
    }
    for_each_prefix("2001:db8:1111:2222::/64",
                    [](std::string_view prefix) { Network::parse(prefix); });
}

}  // namespace
}  // namespace pivot::net
