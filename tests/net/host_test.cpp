#include "net/host.hpp"

#include "exact.hpp"

#include <gtest/gtest.h>

namespace pivot::net {
namespace {

TEST(Host, a_name_is_lower_case_without_its_trailing_dot)
{
    EXPECT_EQ(canonical_host("Hooks.Example.COM"), "hooks.example.com");
    EXPECT_EQ(canonical_host("example.com."), "example.com");
    EXPECT_EQ(canonical_host("my_host-1"), "my_host-1");
    EXPECT_EQ(canonical_host("xn--bcher-kva.example"), "xn--bcher-kva.example");
    EXPECT_EQ(canonical_host("1.2.3.4.example"), "1.2.3.4.example");
    EXPECT_EQ(canonical_host("0xfg"), "0xfg");
}

TEST(Host, an_address_has_its_standard_spelling)
{
    EXPECT_EQ(canonical_host("192.0.2.7"), "192.0.2.7");
    EXPECT_EQ(canonical_host("2001:DB8:0::7"), "2001:db8::7");
}

TEST(Host, an_odd_spelling_of_ipv4_is_refused)
{
    for (const auto* odd :
         {"2130706433", "0x7f000001", "0X7F.1", "0x7f.0x0.0x0.0x1", "127.1", "127.0.1",
          "0177.0.0.1", "127.0.0.01", "127.0.0.1.", "127.0.0.0x1", "0x", "example.0x", "example.1",
          "example.1.", "1.2.3.4.5", "256.256.256.256", "00000000177.1", "0", "1e1.0"}) {
        EXPECT_FALSE(canonical_host(odd)) << odd;
    }
    EXPECT_EQ(
        canonical_host("127.1").error(),
        "the host \"127.1\" is not an IPv4 address in four decimal numbers, such as 192.0.2.7");
}

TEST(Host, labels_and_names_have_their_length)
{
    const std::string label(63, 'a');
    EXPECT_TRUE(canonical_host(label + ".example"));
    EXPECT_FALSE(canonical_host(label + "a.example"));
    const auto longest = label + '.' + label + '.' + label + '.' + std::string(61, 'a');
    ASSERT_EQ(longest.size(), 253u);
    EXPECT_TRUE(canonical_host(longest));
    EXPECT_TRUE(canonical_host(longest + '.'));
    EXPECT_FALSE(canonical_host(longest + 'a'));
    for (const auto* odd : {"", ".", "..", ".example", "a..b", "example.."}) {
        EXPECT_FALSE(canonical_host(odd)) << odd;
    }
}

TEST(Host, other_characters_are_refused)
{
    for (const auto* odd : {"a b", "a%20b", "%6cocalhost", "a/b", "a@b", "a:80", "[::1]",
                            "*.example.com", "a\\b", "a\tb", "a!b", "1.2.3.4%lo"}) {
        EXPECT_FALSE(canonical_host(odd)) << odd;
    }
    EXPECT_FALSE(canonical_host(std::string_view("a\0b", 3)));
    EXPECT_EQ(canonical_host("bücher.example").error(),
              "the host has characters other than ASCII; write it in punycode "
              "(xn--…)");
    // Digits and dots that some take for ASCII ones: circled, full width, ideographic full stop.
    for (const auto* odd : {"①②⑦.⓪.⓪.①", "127。0。0。1", "１２７.0.0.1"}) {
        EXPECT_FALSE(canonical_host(odd)) << odd;
    }
}

TEST(Host, an_error_is_fit_for_a_log_whatever_the_host_is)
{
    EXPECT_EQ(canonical_host("h\xff.example").error(),
              "the host has characters other than ASCII; write it in punycode (xn--…)");
    EXPECT_EQ(canonical_host(std::string(8000, 'a')).error(), "the host is longer than 253 bytes");
}

TEST(Host, the_end_of_the_text_is_the_end_of_the_host)
{
    for_each_prefix("hooks.example.com.0x7f",
                    [](std::string_view prefix) { canonical_host(prefix); });
}

}  // namespace
}  // namespace pivot::net
