#include <pivot/checked_text.hpp>

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace pivot::test {
namespace {

using namespace std::string_view_literals;

template <typename Name>
class PlainNames : public testing::Test {};
using Plain =
    testing::Types<RoomName, QueueName, SlotName, ProfileName, MemberLabel, FileName, StreamName>;
TYPED_TEST_SUITE(PlainNames, Plain);

TYPED_TEST(PlainNames, names_of_people_and_places_are_taken_as_they_are)
{
    for (const auto text : {"support", "Room 1", "#42", "Q&A", "Büro Köln", "Ann's room (EU)",
                            "50% off!", "1001", "+14155550100", "call-1.2_3", "会议室"}) {
        EXPECT_EQ(TypeParam::of(text), std::string_view(text));
    }
}

TEST(MixNames, are_those_that_the_engine_makes)
{
    EXPECT_EQ(MixName::of("pivot-1"), "pivot-1");
    EXPECT_EQ(MixName::of("pivot-18446744073709551615"), "pivot-18446744073709551615");
    for (const auto text : {"", "pivot-", "pivot-a", "pivot-1 ", "pivot-1/..", "support", "1"}) {
        EXPECT_TRUE(MixName::of(text).empty()) << text;
    }
}

TYPED_TEST(PlainNames, what_a_switch_would_read_as_its_own_language_is_no_name)
{
    for (const auto text : {"",
                            "x@default+flags{moderator|endconf}",
                            "../../etc/asterisk/extensions",
                            "..",
                            ".hidden",
                            "a/b",
                            "a\\b",
                            "bridge:x:user/1000",
                            "a,b",
                            "a;b",
                            "a|b",
                            "a=b",
                            "${uuid}",
                            "$(id)",
                            "`id`",
                            "<x>",
                            "[x=y]1000",
                            "x^1",
                            "a\"b",
                            "x+1234"}) {
        EXPECT_TRUE(TypeParam::of(text).empty()) << text;
    }
    EXPECT_TRUE(TypeParam::of("a\r\nb").empty());
    EXPECT_TRUE(TypeParam::of("a\0b"sv).empty());
    EXPECT_TRUE(TypeParam::of("a\x7f").empty());
    EXPECT_TRUE(TypeParam::of("a\xc2\x85"
                              "b")
                    .empty());  // next line, of Latin-1
    EXPECT_TRUE(TypeParam::of("a\xff").empty());
    EXPECT_TRUE(TypeParam::of(std::string(256, 'a')).empty());
}

TEST(Names, a_file_is_named_after_any_id)
{
    EXPECT_EQ(FileName::of_id("4f2a@10.0.0.1:5060;x=../y"), "4f2a_10.0.0.1_5060_x_.._y"sv);
    EXPECT_EQ(FileName::of_id(".x"), "_x"sv);
    EXPECT_EQ(FileName::of_id("a\r\nb c"), "a__b_c"sv);
    EXPECT_FALSE(FileName::of_id(std::string(1'000, '\xff')).empty());
}

TEST(Names, a_variable_is_letters_digits_and_a_few_signs)
{
    for (const auto text : {"lang", "X-Customer.id", "_a", "9"}) {
        EXPECT_EQ(VariableName::of(text), std::string_view(text));
    }
    for (const auto text : {"", "a b", "a=b", "a,b", "${x}", "FILE(/etc/passwd)", "a\nb", "é"}) {
        EXPECT_TRUE(VariableName::of(text).empty()) << text;
    }
}

TEST(Names, words_have_no_way_out_of_a_path_or_a_command)
{
    EXPECT_EQ(VoiceName::of("Polly.Joanna-Neural"), "Polly.Joanna-Neural"sv);
    EXPECT_EQ(VoiceName::of("female/en-US"), "female/en-US"sv);
    EXPECT_EQ(LanguageTag::of("fr_FR"), "fr_FR"sv);
    EXPECT_EQ(EngineName::of("deepgram_nova-2"), "deepgram_nova-2"sv);
    EXPECT_EQ(PromptName::of("vm-goodbye"), "vm-goodbye"sv);
    for (const auto text :
         {"", "../x", "/etc/x", "a;b", "a|b", "$x", "a'b", "-x", "a\nb", "x/../y"}) {
        EXPECT_TRUE(VoiceName::of(text).empty()) << text;
        EXPECT_TRUE(LanguageTag::of(text).empty()) << text;
        EXPECT_TRUE(EngineName::of(text).empty()) << text;
        EXPECT_TRUE(PromptName::of(text).empty()) << text;
    }
}

TEST(Names, a_sound_lies_in_the_folder_of_sounds_unless_it_is_the_operators)
{
    for (const auto text : {"welcome", "ivr/ivr-welcome.wav", "a b"}) {
        EXPECT_EQ(SoundName::of(text), std::string_view(text));
    }
    for (const auto text : {"", "/etc/passwd", "../x", "a/../b", "file_string://a!b", "a!b", "a{b}",
                            "local_stream://x", "a\nb", "a&b"}) {
        EXPECT_TRUE(SoundName::of(text).empty()) << text;
    }
    EXPECT_EQ(SoundName::of_operator("/srv/sounds/hello.wav"), "/srv/sounds/hello.wav"sv);
}

TEST(Names, a_url_has_only_what_rfc_3986_has)
{
    EXPECT_EQ(WebUrl::of("https://u:p@h.example:8443/a,b?x=1&y=$2#f"),
              "https://u:p@h.example:8443/a,b?x=1&y=$2#f"sv);
    EXPECT_EQ(WebUrl::of("http://h/a b/${x}|{y}"), "http://h/a%20b/$%7Bx%7D%7C%7By%7D"sv);
    EXPECT_EQ(WebUrl::of("WSS://h/s"), "WSS://h/s"sv);
    for (const auto text :
         {"", "http://", "file:///etc/passwd", "ftp://h/x", "/a", "http://h/\nx"}) {
        EXPECT_TRUE(WebUrl::of(text).empty()) << text;
    }
}

TEST(Names, a_number_has_no_address_in_it)
{
    EXPECT_EQ(DialledNumber::of("+1 (415) 555-0100"), "+14155550100"sv);
    EXPECT_EQ(DialledNumber::of("*97"), "*97"sv);
    EXPECT_EQ(DialledNumber::of("#31#0301234"), "#31#0301234"sv);
    EXPECT_EQ(DialledNumber::of("sales_1.b"), "sales_1.b"sv);
    EXPECT_EQ(PhoneNumber::of("+1 (415) 555-0100"), "+14155550100"sv);
    EXPECT_TRUE(PhoneNumber::of("*97").empty());
    for (const auto text : {"", "+", "100@evil.example", "1,2", "1&2", "1|2", "1/SIP/2", "sip:1",
                            "{a=b}1", "1\r\nX: y"}) {
        EXPECT_TRUE(DialledNumber::of(text).empty()) << text;
        EXPECT_TRUE(PhoneNumber::of(text).empty()) << text;
    }
}

TEST(Names, a_sip_uri_is_one_address)
{
    EXPECT_EQ(SipUri::of("sip:ann@example.com;transport=tcp"),
              "sip:ann@example.com;transport=tcp"sv);
    EXPECT_EQ(SipUri::of("ann@example.com"), "sip:ann@example.com"sv);
    EXPECT_EQ(SipUri::of("sips:[2001:db8::1]:5061"), "sips:[2001:db8::1]:5061"sv);
    EXPECT_EQ(SipUri::of("sip:#31#100@h"), "sip:#31#100@h"sv);
    for (const auto text :
         {"", "sip:", "ann", "sip:a@h,sofia/gateway/pstn/1", "sip:a@h&PJSIP/pstn/1", "sip:a@h|b",
          "sip:a@h?Replaces=x", "sip:a@h@g", "sip:a@h\r\n", "[x=y]sip:a b@h", "sip:${x}@h"}) {
        EXPECT_TRUE(SipUri::of(text).empty()) << text;
    }
}

TEST(Names, a_user_is_one_address)
{
    for (const auto text : {"ann", "ann.b+x@example.com", "1001", "a~b*c!"}) {
        EXPECT_EQ(UserName::of(text), std::string_view(text));
    }
    for (const auto text : {"", "@h", "a@b@c", "a:_:b", "a/b", "a,b", "a'b", "a&b", "a b", "ä",
                            "x@127.0.0.1,sofia/gateway/pstn/+19005550100"}) {
        EXPECT_TRUE(UserName::of(text).empty()) << text;
    }
}

TEST(Names, a_caller_is_shown_with_commas_but_without_assignments)
{
    for (const auto text :
         {"Smith, John", "O'Brien & Co.", "Köln #1", "ann@example.com", "a: b+c"}) {
        EXPECT_EQ(DisplayName::of(text), std::string_view(text));
        EXPECT_EQ(ReasonPhrase::of(text), std::string_view(text));
    }
    for (const auto text : {"x,execute_on_answer=bridge", "a\"b", "${x}", "a\r\nX: y", "<sip:x@h>",
                            "a;b", "a/b", "[x]", "{x}", "a\\"}) {
        EXPECT_TRUE(DisplayName::of(text).empty()) << text;
    }
    EXPECT_EQ(CallerNumber::of("+1 415 555 0100"), "+14155550100"sv);
    EXPECT_EQ(CallerNumber::of("client:ann"), "client:ann"sv);
    EXPECT_TRUE(CallerNumber::of("1,2=3").empty());
}

TEST(Names, keys_are_keys)
{
    EXPECT_EQ(KeySet::of("0123456789ABCD*#"), "0123456789ABCD*#"sv);
    EXPECT_EQ(KeySequence::of("ww12W#"), "ww12W#"sv);
    for (const auto text : {"1@500", "1,2", "1 2", "x", "1\n"}) {
        EXPECT_TRUE(KeySet::of(text).empty()) << text;
        EXPECT_TRUE(KeySequence::of(text).empty()) << text;
    }
    EXPECT_EQ(CauseName::of("USER_BUSY"), "USER_BUSY"sv);
    EXPECT_TRUE(CauseName::of("USER_BUSY hangup").empty());
}

TEST(Names, a_header_is_one_line_and_does_not_route)
{
    const SipHeader header = SipHeader::of("X-Account", "Köln; a=\"b, c\"");
    EXPECT_EQ(header.name(), "X-Account");
    EXPECT_EQ(header.value(), "Köln; a=\"b, c\"");
    EXPECT_FALSE(SipHeader::of("Alert-Info", "<http://x/y.wav>;info=ring").empty());
    EXPECT_TRUE(SipHeader::of("X-A", "b\r\nP-Asserted-Identity: <sip:x@h>").empty());
    EXPECT_TRUE(SipHeader::of("X-A", "b\nc").empty());
    EXPECT_TRUE(SipHeader::of("X-A", "b\0c"sv).empty());
    EXPECT_TRUE(SipHeader::of("X-A: b\r\nX-C", "d").empty());
    for (const auto name :
         {"", "X A", "X:A", "X=A", "route", "Via", "FROM", "Call-ID", "f", "Refer-To"}) {
        EXPECT_TRUE(SipHeader::of(name, "x").empty()) << name;
    }
}

}  // namespace
}  // namespace pivot::test
