#include <pivot/cause.hpp>

#include <set>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

namespace pivot::test {

TEST(Causes, have_a_name_once_and_a_number_and_a_status_each)
{
    std::set<std::string_view> names;
    for (const HangupCause& cause : hangup_causes()) {
        EXPECT_TRUE(names.insert(cause.name).second) << cause.name << " is there twice";
        EXPECT_EQ(find_cause(cause.name), &cause) << cause.name;
        EXPECT_EQ(q850_of(cause.name), cause.q850) << cause.name;
        EXPECT_EQ(sip_code_of(cause.name), cause.sip_code) << cause.name;
        EXPECT_TRUE(cause.q850 >= 1 && cause.q850 <= 127) << cause.name;
        EXPECT_TRUE(cause.sip_code >= 400 && cause.sip_code <= 699) << cause.name;
        EXPECT_EQ(cause.name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_"), cause.name.npos);
    }
}

TEST(Causes, of_Q850_come_first_and_back_by_their_number)
{
    int last = 0;
    bool is_own = true;
    for (const HangupCause& cause : hangup_causes()) {
        is_own = is_own && cause.q850 > last;
        last = cause.q850;
        const std::string_view back = cause_of_q850(cause.q850);
        EXPECT_EQ(back == cause.name, is_own) << cause.name;
        EXPECT_EQ(q850_of(back), cause.q850);
    }
}

TEST(Causes, have_the_numbers_that_Asterisk_and_FreeSWITCH_tell)
{
    const std::pair<int, std::string_view> rows[] = {
        {1, "UNALLOCATED_NUMBER"},
        {3, "NO_ROUTE_DESTINATION"},
        {16, "NORMAL_CLEARING"},
        {17, "USER_BUSY"},
        {18, "NO_USER_RESPONSE"},
        {19, "NO_ANSWER"},
        {20, "SUBSCRIBER_ABSENT"},
        {21, "CALL_REJECTED"},
        {22, "NUMBER_CHANGED"},
        {27, "DESTINATION_OUT_OF_ORDER"},
        {34, "NORMAL_CIRCUIT_CONGESTION"},
        {38, "NETWORK_OUT_OF_ORDER"},
        {41, "NORMAL_TEMPORARY_FAILURE"},
        {102, "RECOVERY_ON_TIMER_EXPIRE"},
    };
    for (const auto& [number, name] : rows) {
        EXPECT_EQ(cause_of_q850(number), name);
        EXPECT_EQ(q850_of(name), number);
    }
    EXPECT_EQ(q850_of("ORIGINATOR_CANCEL"), 16);
    EXPECT_EQ(q850_of("PICKED_OFF"), 26);
}

// RFC 3398, section 8.2.6.1.
TEST(Causes, have_the_name_that_RFC_3398_gives_a_status)
{
    const std::pair<int, int> rows[] = {
        {400, 41},  {401, 21},  {402, 21},  {403, 21},  {404, 1},   {405, 63}, {406, 79},
        {407, 21},  {408, 102}, {410, 22},  {413, 127}, {414, 127}, {415, 79}, {416, 127},
        {420, 127}, {421, 127}, {423, 127}, {480, 18},  {481, 41},  {482, 25}, {483, 25},
        {484, 28},  {485, 1},   {486, 17},  {500, 41},  {501, 79},  {502, 38}, {503, 41},
        {504, 102}, {505, 127}, {513, 127}, {600, 17},  {603, 21},  {604, 1},
    };
    for (const auto& [sip_code, q850] : rows) {
        EXPECT_EQ(cause_of_sip(sip_code), cause_of_q850(q850)) << sip_code;
    }
    EXPECT_EQ(cause_of_sip(487), "ORIGINATOR_CANCEL");
}

// RFC 3398, section 7.2.4.1.
TEST(Causes, have_the_status_that_RFC_3398_gives_a_number)
{
    const std::pair<int, int> rows[] = {
        {1, 404},  {2, 404},  {3, 404},  {17, 486},  {18, 408},  {19, 480},  {20, 480},
        {21, 603}, {22, 410}, {23, 410}, {27, 502},  {28, 484},  {29, 501},  {31, 480},
        {34, 503}, {38, 503}, {41, 503}, {42, 503},  {47, 503},  {57, 403},  {58, 503},
        {65, 488}, {79, 501}, {88, 503}, {102, 504}, {111, 500}, {127, 500},
    };
    for (const auto& [q850, sip_code] : rows) {
        EXPECT_EQ(sip_code_of(cause_of_q850(q850)), sip_code) << q850;
    }
}

TEST(Causes, know_every_status_of_a_failure_by_its_class)
{
    for (int code = 400; code <= 699; ++code) {
        EXPECT_NE(find_cause(cause_of_sip(code)), nullptr) << code;
    }
    EXPECT_EQ(cause_of_sip(499), cause_of_sip(400));
    EXPECT_EQ(cause_of_sip(580), cause_of_sip(500));
    EXPECT_EQ(cause_of_sip(699), cause_of_sip(600));
    for (const int code : {-1, 0, 200, 302, 399, 700}) EXPECT_EQ(cause_of_sip(code), "") << code;
}

TEST(Causes, do_not_know_what_a_switch_has_made_up)
{
    for (const std::string_view name : {"", "GONE_FISHING", "user_busy", "17"}) {
        EXPECT_EQ(find_cause(name), nullptr);
        EXPECT_EQ(q850_of(name), std::nullopt);
        EXPECT_EQ(sip_code_of(name), std::nullopt);
    }
    for (const int number : {-1, 0, 4, 128, 487}) EXPECT_EQ(cause_of_q850(number), "");
}

}  // namespace pivot::test
