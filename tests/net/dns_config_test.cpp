#include "net/dns_config.hpp"

#include <gtest/gtest.h>

namespace pivot::net {
namespace {

TEST(DnsConfig, a_server_is_an_address_with_or_without_a_port)
{
    EXPECT_EQ(parse_dns_server("192.0.2.53")->to_text(), "192.0.2.53:53");
    EXPECT_EQ(parse_dns_server("192.0.2.53:5353")->to_text(), "192.0.2.53:5353");
    EXPECT_EQ(parse_dns_server("2001:db8::1")->to_text(), "[2001:db8::1]:53");
    EXPECT_EQ(parse_dns_server("[2001:db8::1]")->to_text(), "[2001:db8::1]:53");
    EXPECT_EQ(parse_dns_server("[2001:db8::1]:5353")->to_text(), "[2001:db8::1]:5353");
}

TEST(DnsConfig, what_is_not_a_server_is_refused_with_a_sentence)
{
    for (const auto* text :
         {"", "dns.example", "192.0.2", "192.0.2.53:", "192.0.2.53:0", "192.0.2.53:65536",
          "192.0.2.53:53x", "192.0.2.53:-1", "[192.0.2.53]:53", "[2001:db8::1", "2001:db8::1]",
          "[2001:db8::1]53", "[2001:db8::1]:", "[]:53", ":53", "192.0.2.53 :53"}) {
        EXPECT_FALSE(parse_dns_server(text)) << text;
    }
    EXPECT_EQ(parse_dns_server("dns.example").error(),
              "the DNS server \"dns.example\" is not an address with or without a port, such as "
              "192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:5353");
}

}  // namespace
}  // namespace pivot::net
