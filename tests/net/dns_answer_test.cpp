#include "net/dns_answer.hpp"

#include "exact.hpp"
#include "peers/dns_message.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace pivot::net {
namespace {

using namespace std::string_literals;

IpAddress ip(std::string_view text)
{
    return IpAddress::parse(text).value();
}

std::optional<DnsAnswer> parse(std::string_view message, DnsType type = DnsType::a)
{
    return parse_dns_answer({reinterpret_cast<const std::uint8_t*>(message.data()), message.size()},
                            type);
}

// To the question for A of `a.example`.
std::string message(const test::DnsAnswer& answer, test::DnsType type = test::DnsType::a)
{
    const auto type_and_class = "\0"s + static_cast<char>(type) + "\0\1"s;
    const test::DnsQuestion question{
        .id = 7, .name = "a.example", .type = type, .bytes = "\1a\7example\0"s + type_and_class};
    return test::dns_response(question, answer, test::DnsTransport::udp);
}

TEST(DnsAnswer, addresses_are_read_in_their_order_with_their_ttl)
{
    const auto v4 = parse(message({.addresses = {"192.0.2.2", "192.0.2.1"}, .ttl_s = 77}));
    const Addresses expected{ip("192.0.2.2"), ip("192.0.2.1")};
    ASSERT_TRUE(v4);
    EXPECT_EQ(v4->addresses, expected);
    EXPECT_EQ(v4->ttl_s, 77U);
    EXPECT_EQ(v4->alias, "");

    const auto v6 =
        parse(message({.addresses = {"2001:db8::7"}}, test::DnsType::aaaa), DnsType::aaaa);
    ASSERT_TRUE(v6);
    EXPECT_EQ(v6->addresses, Addresses{ip("2001:db8::7")});
}

TEST(DnsAnswer, a_chain_of_aliases_is_followed_to_its_addresses)
{
    const auto answer =
        parse(message({.addresses = {"192.0.2.7"}, .aliases = {"b.example", "c.example"}}));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->addresses, Addresses{ip("192.0.2.7")});
    EXPECT_EQ(answer->alias, "");
}

TEST(DnsAnswer, a_chain_is_followed_however_long)
{
    std::vector<std::string> aliases;
    for (int i = 0; i < 1'000; ++i) aliases.push_back(std::to_string(i) + ".example");
    const auto answer = parse(message({.addresses = {"192.0.2.7"}, .aliases = aliases}));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->addresses, Addresses{ip("192.0.2.7")});
}

TEST(DnsAnswer, a_chain_without_addresses_tells_where_it_ends)
{
    const auto answer = parse(message({.aliases = {"b.example", "c.example"}, .ttl_s = 5}));
    ASSERT_TRUE(answer);
    EXPECT_TRUE(answer->addresses.empty());
    EXPECT_EQ(answer->alias, "c.example");
    EXPECT_EQ(answer->ttl_s, 5U);
}

TEST(DnsAnswer, a_loop_of_aliases_tells_where_it_closes)
{
    const auto answer = parse(message({.aliases = {"b.example", "c.example", "B.example"}}));
    ASSERT_TRUE(answer);
    EXPECT_TRUE(answer->is_loop);
    EXPECT_EQ(answer->alias, "c.example");
}

// The question for A of `a`, and after it what a test says.
std::string message_with(char answers, const std::string& records)
{
    return "\0\7\x81\x80\0\1\0"s + answers + "\0\0\0\0"s + "\1a\0\0\1\0\1"s + records;
}

const std::string owner_a = "\xc0\x0c"s;
const std::string cname_to_b = owner_a + "\0\5\0\1\0\0\0\11\0\3\1b\0"s;
const std::string address_of_b = "\1b\0\0\1\0\1\0\0\0\12\0\4\xc0\0\2\7"s;

TEST(DnsAnswer, the_order_of_the_records_does_not_matter_and_the_least_ttl_counts)
{
    const auto answer = parse(message_with(2, address_of_b + cname_to_b));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->addresses, Addresses{ip("192.0.2.7")});
    EXPECT_EQ(answer->ttl_s, 9U);
}

TEST(DnsAnswer, a_ttl_with_its_first_bit_set_is_zero)
{
    const auto answer = parse(message_with(1, owner_a + "\0\1\0\1\x80\0\0\12\0\4\xc0\0\2\7"s));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->ttl_s, 0U);
}

TEST(DnsAnswer, records_of_other_names_types_and_classes_do_not_count)
{
    const auto text_record = owner_a + "\0\20\0\1\0\0\0\11\0\2\1x"s;
    const auto chaos_record = owner_a + "\0\1\0\3\0\0\0\11\0\4\xc0\0\2\7"s;
    const auto answer = parse(message_with(3, address_of_b + text_record + chaos_record));
    ASSERT_TRUE(answer);
    EXPECT_TRUE(answer->addresses.empty());
    EXPECT_EQ(answer->alias, "");
}

TEST(DnsAnswer, no_more_addresses_are_kept_than_are_tried)
{
    std::string records;
    for (char i = 1; i <= 20; ++i) records += owner_a + "\0\1\0\1\0\0\0\12\0\4\xc0\0\2"s + i;
    const auto answer = parse(message_with(20, records));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->addresses.size(), Addresses::count_max);
}

TEST(DnsAnswer, an_address_of_a_wrong_size_is_malformed)
{
    EXPECT_FALSE(parse(message_with(1, owner_a + "\0\1\0\1\0\0\0\12\0\3\xc0\0\2"s)));
}

TEST(DnsAnswer, a_name_that_points_to_itself_is_malformed)
{
    const auto looping = message({.addresses = {"192.0.2.7"}, .reply = test::DnsReply::loop});
    EXPECT_FALSE(parse(looping));
}

// Each pointer points to the one before it: 0xc000 | 12, 14, 16, …, and a label at their beginning.
TEST(DnsAnswer, a_name_of_thousands_of_pointers_is_malformed)
{
    std::string pointers = owner_a + "\0\20\0\1\0\0\0\11"s;  // a text record holds them
    const std::size_t first = message_with(1, pointers).size() + 2;
    const std::size_t count = 8'000;
    pointers += static_cast<char>(count * 2 >> 8);
    pointers += static_cast<char>(count * 2 & 0xff);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t target = i == 0 ? 12 : first + 2 * (i - 1);
        pointers += static_cast<char>(0xc0 | target >> 8);
        pointers += static_cast<char>(target & 0xff);
    }
    const std::size_t last = first + 2 * (count - 1);
    ASSERT_LT(last, 0x4000U) << "no pointer reaches it";
    const std::string name = {static_cast<char>(0xc0 | last >> 8), static_cast<char>(last & 0xff)};
    EXPECT_FALSE(parse(message_with(2, pointers + name + "\0\5\0\1\0\0\0\11\0\2"s + owner_a)));
}

TEST(DnsAnswer, a_response_code_is_not_an_answer)
{
    EXPECT_FALSE(parse(message({.reply = test::DnsReply::servfail})));
}

TEST(DnsAnswer, a_message_that_is_cut_anywhere_is_malformed)
{
    const auto whole = message({.addresses = {"192.0.2.7"}, .aliases = {"b.example"}});
    for_each_prefix(whole, [&](std::string_view cut) {
        EXPECT_EQ(parse(cut).has_value(), cut.size() == whole.size()) << cut.size();
    });
}

TEST(DnsAnswer, any_single_byte_may_be_wrong)
{
    const auto whole = message({.addresses = {"192.0.2.7"}, .aliases = {"b.example"}});
    for (std::size_t at = 0; at < whole.size(); ++at) {
        for (int byte = 0; byte < 256; ++byte) {
            auto changed = whole;
            changed[at] = static_cast<char>(byte);
            const auto answer = parse(changed);
            EXPECT_LE(answer ? answer->addresses.size() : 0, 1U);
        }
    }
}

}  // namespace
}  // namespace pivot::net
