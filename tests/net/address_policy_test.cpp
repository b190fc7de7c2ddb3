#include "net/address_policy.hpp"

#include <gtest/gtest.h>

namespace pivot::net {
namespace {

std::vector<SocketAddress> addresses(std::initializer_list<std::string_view> texts)
{
    std::vector<SocketAddress> all;
    for (const auto text : texts) all.emplace_back(*IpAddress::parse(text), 443);
    return all;
}

// The objection to one address of `host`, or "admitted".
std::string judge(const AddressPolicy& policy, std::string_view address,
                  std::string_view host = "hooks.example.com")
{
    auto one = addresses({address});
    const auto admitted = policy.admit(host, one);
    return admitted ? "admitted" : admitted.error().message;
}

bool is_admitted(const AddressPolicy& policy, std::string_view address,
                 std::string_view host = "hooks.example.com")
{
    return judge(policy, address, host) == "admitted";
}

TEST(AddressPolicy, public_addresses_are_admitted)
{
    const AddressPolicy policy;
    for (const auto* open : {"1.1.1.1",         "9.255.255.255",   "11.0.0.0",
                             "100.63.255.255",  "100.128.0.0",     "126.255.255.255",
                             "128.0.0.0",       "169.253.255.255", "169.255.0.0",
                             "172.15.255.255",  "172.32.0.0",      "192.0.1.0",
                             "192.0.3.0",       "192.167.255.255", "192.169.0.0",
                             "198.17.255.255",  "198.20.0.0",      "223.255.255.255",
                             "2606:4700::1111", "2001:200::1",     "2001:4860:4860::8888",
                             "2400:cb00::1"}) {
        EXPECT_EQ(judge(policy, open), "admitted");
    }
}

TEST(AddressPolicy, what_is_not_a_public_host_is_denied_by_default)
{
    const AddressPolicy policy;
    for (const auto* closed : {"0.0.0.0",
                               "0.1.2.3",
                               "10.0.0.1",
                               "10.255.255.255",
                               "100.64.0.0",
                               "100.127.255.255",
                               "127.0.0.1",
                               "127.255.255.255",
                               "169.254.169.254",
                               "172.16.0.0",
                               "172.31.255.255",
                               "192.0.0.1",
                               "192.0.2.1",
                               "192.88.99.1",
                               "192.168.0.1",
                               "198.18.0.1",
                               "198.19.255.255",
                               "198.51.100.1",
                               "203.0.113.1",
                               "224.0.0.1",
                               "239.255.255.255",
                               "240.0.0.1",
                               "255.255.255.255",
                               "::",
                               "::1",
                               "64:ff9b:1::808:808",
                               "100::1",
                               "2001::1",
                               "2001:db8::1",
                               "3fff::1",
                               "3fff:fff::1",
                               "5f00::1",
                               "fc00::1",
                               "fdff::1",
                               "fe80::1",
                               "febf::1",
                               "fec0::1",
                               "feff::1",
                               "ff02::1"}) {
        EXPECT_FALSE(is_admitted(policy, closed)) << closed;
    }
}

TEST(AddressPolicy, a_failure_names_the_address_and_the_rule)
{
    AddressPolicy policy;
    auto private_one = addresses({"192.168.1.5"});
    const auto by_default = policy.admit("192.168.1.5", private_one);
    ASSERT_FALSE(by_default);
    EXPECT_EQ(by_default.error().reason, Reason::blocked);
    EXPECT_EQ(by_default.error().phase, Phase::dns);
    EXPECT_EQ(by_default.error().message,
              "192.168.1.5 is in 192.168.0.0/16 (private), denied by default; policy.allow or "
              "--allow 192.168.0.0/16 would admit it");
    EXPECT_EQ(
        judge(policy, "::ffff:10.0.0.1"),
        "hooks.example.com: ::ffff:10.0.0.1 leads to 10.0.0.1, which is in 10.0.0.0/8 (private), "
        "denied by default; policy.allow or --allow 10.0.0.0/8 would admit it");

    EXPECT_TRUE(policy.deny("8.8.0.0/16"));
    EXPECT_EQ(judge(policy, "8.8.8.8"),
              "hooks.example.com: 8.8.8.8 is in 8.8.0.0/16, denied by the operator");
}

TEST(AddressPolicy, ipv6_that_leads_to_ipv4_is_judged_as_both)
{
    AddressPolicy policy;
    for (const auto* twin : {"::ffff:127.0.0.1", "::ffff:a9fe:a9fe", "::127.0.0.1", "::10.0.0.1",
                             "::ffff:0:10.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b::7f00:1",
                             "64:ff9b:1::192.168.0.1", "2002:7f00:1::", "2002:a00:1::1"}) {
        EXPECT_FALSE(is_admitted(policy, twin)) << twin;
    }
    for (const auto* twin :
         {"::ffff:8.8.8.8", "::8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1"}) {
        EXPECT_EQ(judge(policy, twin), "admitted");
    }

    EXPECT_TRUE(policy.deny("8.8.8.8"));
    for (const auto* twin : {"::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1"}) {
        EXPECT_FALSE(is_admitted(policy, twin)) << twin;
    }
    EXPECT_TRUE(policy.allow("127.0.0.0/8"));
    EXPECT_EQ(judge(policy, "::ffff:127.0.0.1"), "admitted");
    EXPECT_FALSE(is_admitted(policy, "::ffff:10.0.0.1"));
}

TEST(AddressPolicy, the_unspecified_and_the_loopback_address_are_not_twins)
{
    AddressPolicy policy;
    EXPECT_TRUE(policy.allow("0.0.0.0/8"));
    EXPECT_TRUE(is_admitted(policy, "0.0.0.1"));
    EXPECT_FALSE(is_admitted(policy, "::1"));
    EXPECT_FALSE(is_admitted(policy, "::"));
}

TEST(AddressPolicy, what_the_operator_denies_comes_before_what_they_allow)
{
    AddressPolicy policy;
    EXPECT_TRUE(policy.allow("10.0.0.0/8"));
    EXPECT_TRUE(policy.deny("10.1.0.0/16"));
    EXPECT_TRUE(is_admitted(policy, "10.2.0.1"));
    EXPECT_FALSE(is_admitted(policy, "10.1.0.1"));
    EXPECT_FALSE(is_admitted(policy, "192.168.0.1"));
}

TEST(AddressPolicy, of_a_mix_the_admitted_addresses_are_left_in_their_order)
{
    const AddressPolicy policy;
    auto mix = addresses({"10.0.0.1", "1.1.1.1", "::1", "2606:4700::1111", "127.0.0.1", "8.8.8.8"});
    EXPECT_TRUE(policy.admit("hooks.example.com", mix));
    EXPECT_EQ(mix, addresses({"1.1.1.1", "2606:4700::1111", "8.8.8.8"}));
}

TEST(AddressPolicy, a_denied_host_is_not_resolved)
{
    AddressPolicy policy;
    EXPECT_TRUE(policy.deny("Internal.Example.com."));
    EXPECT_TRUE(policy.deny("*.corp.example"));
    EXPECT_TRUE(policy.deny(".lan"));
    EXPECT_EQ(policy.admit_host("internal.example.com", 80).error().message,
              "internal.example.com is denied by the operator's rule internal.example.com");
    EXPECT_EQ(policy.admit_host("a.corp.example", 80).error().message,
              "a.corp.example is denied by the operator's rule *.corp.example");
    EXPECT_FALSE(policy.admit_host("a.b.corp.example", 80));
    EXPECT_FALSE(policy.admit_host("printer.lan", 80));
    EXPECT_EQ(policy.admit_host("printer.lan", 80).error().reason, Reason::blocked);
    for (const auto* open : {"example.com", "www.internal.example.com", "corp.example",
                             "notcorp.example", "lan", "192.0.2.7", "2001:db8::7"}) {
        EXPECT_TRUE(policy.admit_host(open, 80)) << open;
    }
}

TEST(AddressPolicy, a_denied_host_stays_denied_when_it_is_also_allowed)
{
    AddressPolicy policy;
    EXPECT_TRUE(policy.allow("*.example.com"));
    EXPECT_TRUE(policy.deny("hooks.example.com"));
    EXPECT_FALSE(policy.admit_host("hooks.example.com", 80));
    EXPECT_TRUE(policy.admit_host("other.example.com", 80));
}

TEST(AddressPolicy, an_allowed_host_may_resolve_to_what_the_defaults_deny)
{
    AddressPolicy policy;
    EXPECT_TRUE(policy.allow("ivr.example.com"));
    EXPECT_TRUE(policy.deny("10.9.0.0/16"));
    EXPECT_TRUE(is_admitted(policy, "10.0.0.1", "ivr.example.com"));
    EXPECT_FALSE(is_admitted(policy, "10.9.0.1", "ivr.example.com"));
    EXPECT_FALSE(is_admitted(policy, "::ffff:10.9.0.1", "ivr.example.com"));
    EXPECT_FALSE(is_admitted(policy, "10.0.0.1", "other.example.com"));
}

TEST(AddressPolicy, localhost_is_judged_as_loopback)
{
    AddressPolicy policy;
    EXPECT_EQ(
        policy.admit_host("localhost", 80).error().message,
        "localhost is this very host: 127.0.0.1 is in 127.0.0.0/8 (loopback), denied by default; "
        "policy.allow or --allow 127.0.0.0/8 would admit it");
    EXPECT_FALSE(policy.admit_host("app.localhost", 80));
    EXPECT_TRUE(policy.admit_host("localhost.example.com", 80));

    AddressPolicy by_name;
    EXPECT_TRUE(by_name.allow("localhost"));
    EXPECT_TRUE(by_name.admit_host("localhost", 80));
    EXPECT_TRUE(is_admitted(by_name, "127.0.0.1", "localhost"));
    EXPECT_FALSE(by_name.admit_host("app.localhost", 80));

    EXPECT_TRUE(policy.allow("::1"));
    EXPECT_TRUE(policy.admit_host("localhost", 80));
    EXPECT_TRUE(is_admitted(policy, "::1", "localhost"));
    EXPECT_FALSE(is_admitted(policy, "127.0.0.1", "localhost"));
}

// As an operator types a URL: as it is spelled, at its port.
TEST(AddressPolicy, what_was_typed_is_allowed_under_that_name_and_port)
{
    AddressPolicy policy;
    policy.allow_typed("127.0.0.1", 8080);
    policy.allow_typed("localhost", 9090);
    const auto admits = [&policy](std::string_view host, std::uint16_t port) {
        std::vector<SocketAddress> loopback;
        loopback.emplace_back(*IpAddress::parse("127.0.0.1"), port);
        return policy.admit_host(host, port) && policy.admit(host, loopback);
    };
    EXPECT_TRUE(admits("127.0.0.1", 8080));
    EXPECT_TRUE(admits("localhost", 9090));
    EXPECT_FALSE(admits("127.0.0.1", 9090));
    EXPECT_FALSE(admits("localhost", 8080));
    EXPECT_FALSE(admits("a.example", 8080));
    EXPECT_FALSE(admits("app.localhost", 9090));

    ASSERT_TRUE(policy.deny("127.0.0.1"));
    EXPECT_FALSE(admits("127.0.0.1", 8080));
    EXPECT_FALSE(admits("localhost", 9090));
}

// mitmproxy's web page was once reached through the proxy itself (CVE-2025-23217).
TEST(AddressPolicy, our_own_listeners_are_denied_at_their_port_whatever_is_allowed)
{
    AddressPolicy policy;
    for (const auto* network : {"0.0.0.0/0", "::/0"}) ASSERT_TRUE(policy.allow(network));
    for (const auto* name : {"localhost", "own.example"}) ASSERT_TRUE(policy.allow(name));
    policy.allow_typed("127.0.0.1", 9090);
    for (const auto* own : {"127.0.0.1:9090", "[::1]:9090", "10.0.0.5:9090", "0.0.0.0:8443"}) {
        policy.deny_own(*SocketAddress::parse(own));
    }
    const auto admits = [&policy](std::string_view host, const char* address) {
        std::vector<SocketAddress> one = {*SocketAddress::parse(address)};
        return policy.admit(host, one).has_value();
    };
    for (const auto* own : {"127.0.0.1:9090", "[::1]:9090", "10.0.0.5:9090", "0.0.0.0:9090",
                            "[::]:9090", "[::ffff:127.0.0.1]:9090", "[::ffff:10.0.0.5]:9090",
                            "[64:ff9b::10.0.0.5]:9090", "127.0.0.1:8443", "127.9.9.9:8443"}) {
        EXPECT_FALSE(admits("own.example", own)) << own;
    }
    EXPECT_FALSE(admits("localhost", "127.0.0.1:9090"));
    EXPECT_FALSE(admits("127.0.0.1", "127.0.0.1:9090"));
    for (const auto* other : {"127.0.0.1:9091", "127.0.0.2:9090", "10.0.0.6:9090", "8.8.8.8:8443",
                              "[::1]:8443", "0.0.0.0:9091"}) {
        EXPECT_TRUE(admits("own.example", other)) << other;
    }
    std::vector<SocketAddress> own = {*SocketAddress::parse("127.0.0.1:9090")};
    EXPECT_EQ(policy.admit("127.0.0.1", own).error().message,
              "127.0.0.1:9090 is where Pivot or its switch listens, which no call may request");
}

TEST(AddressPolicy, a_host_of_our_own_is_denied_at_its_port_by_name_and_by_address)
{
    AddressPolicy policy;
    for (const auto* rule : {"0.0.0.0/0", "pbx.example"}) ASSERT_TRUE(policy.allow(rule));
    policy.deny_own("pbx.example", 8088);
    EXPECT_EQ(policy.own_hosts(8088), std::vector<std::string>{"pbx.example"});
    EXPECT_TRUE(policy.own_hosts(80).empty());
    EXPECT_EQ(policy.admit_host("pbx.example", 8088).error().message,
              "pbx.example:8088 is where Pivot or its switch listens, which no call may request");
    EXPECT_TRUE(policy.admit_host("pbx.example", 80));
    EXPECT_TRUE(policy.admit_host("other.example", 8088));
    const std::vector own = {*IpAddress::parse("10.0.0.5")};
    std::vector<SocketAddress> addresses;
    for (const auto* text : {"10.0.0.5:8088", "[::ffff:10.0.0.5]:8088", "10.0.0.6:8088"}) {
        addresses.push_back(*SocketAddress::parse(text));
    }
    ASSERT_TRUE(policy.admit("other.example", addresses, own));
    EXPECT_EQ(addresses, std::vector{*SocketAddress::parse("10.0.0.6:8088")});
}

TEST(AddressPolicy, a_rule_that_cannot_be_read_says_how_to_mend_it)
{
    AddressPolicy policy;
    EXPECT_EQ(policy.allow("10.0.0.1/8").error(),
              "\"10.0.0.1/8\" has bits set after its prefix; write 10.0.0.0/8");
    EXPECT_EQ(policy.allow("10.0").error(),
              "\"10.0\": the host \"10.0\" is not an IPv4 address in four decimal numbers, such as "
              "192.0.2.7; "
              "a rule is a network (10.0.0.0/8), a host or *.example.com");
    for (const auto* odd : {"", "*", "*.", ".", "*example.com", "**.example.com", "a.*.example",
                            "http://example.com", "a b"}) {
        EXPECT_FALSE(policy.deny(odd)) << odd;
    }
}

}  // namespace
}  // namespace pivot::net
