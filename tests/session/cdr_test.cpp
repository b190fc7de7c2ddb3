#include "session/cdr.hpp"

#include <set>

#include <gtest/gtest.h>

namespace pivot {
namespace {

Call ann()
{
    return *Call::from_json(R"({
        "Account-ID": "4642d64460dfba89f0938fa7736c6d1b",
        "Call-ID": "a1b2@10.26.0.158",
        "Caller-ID-Name": "Ann Lee",
        "Caller-ID-Number": "+14155550100",
        "Custom-Application-Vars": {"shop": "7", "tags": ["a", "b"]},
        "From": "user_ann@acme.sip.example.com",
        "Request": "4155550199@acme.sip.example.com",
        "To": "4155550199@acme.sip.example.com"})");
}

session::EndOfCall answered()
{
    return {.hangup_cause = "NORMAL_CLEARING",
            .sip_code = 200,
            .disposition = "ANSWER",
            .started_unix_s = 1'700'000'000,
            .answered_unix_s = 1'700'000'005,
            .ended_unix_s = 1'700'000'065};
}

std::string body(const session::EndOfCall& end)
{
    return session::make_cdr(ann(), end, "https://h/cdr").body;
}

bool has(const std::string& form, std::string_view pair)
{
    return ("&" + form + "&").find("&" + std::string(pair) + "&") != std::string::npos;
}

TEST(Cdr, it_tells_which_call_ended_and_how)
{
    const auto cdr = session::make_cdr(ann(), answered(), "https://h/cdr?shop=7");
    EXPECT_EQ(cdr.call_id, "a1b2@10.26.0.158");
    EXPECT_EQ(cdr.account_id, "4642d64460dfba89f0938fa7736c6d1b");
    EXPECT_EQ(cdr.url, "https://h/cdr?shop=7");
    EXPECT_EQ(cdr.ended_unix_ms, 1'700'000'065'000);
    EXPECT_EQ(cdr.body,
              "Account-ID=4642d64460dfba89f0938fa7736c6d1b&Billing-Seconds=60&"
              "Call-Direction=inbound&Call-ID=a1b2%4010.26.0.158&Caller-ID-Name=Ann+Lee&"
              "Caller-ID-Number=%2B14155550100&Custom-Application-Vars[shop]=7&"
              "Custom-Application-Vars[tags][]=a&Custom-Application-Vars[tags][]=b&"
              "Disposition=ANSWER&Duration-Seconds=65&From=user_ann%40acme.sip.example.com&"
              "Hangup-Cause=NORMAL_CLEARING&Hangup-Code=sip%3A200&"
              "Request=4155550199%40acme.sip.example.com&Ringing-Seconds=5&"
              "Timestamp=1700000065&To=4155550199%40acme.sip.example.com");
}

TEST(Cdr, a_call_that_was_not_answered_rang_to_its_end)
{
    auto end = answered();
    end.answered_unix_s = 0;
    EXPECT_TRUE(has(body(end), "Billing-Seconds=0"));
    EXPECT_TRUE(has(body(end), "Ringing-Seconds=65"));
    EXPECT_TRUE(has(body(end), "Duration-Seconds=65"));
}

TEST(Cdr, a_clock_that_was_set_back_makes_no_negative_duration)
{
    auto end = answered();
    end.ended_unix_s = 1'600'000'000;
    EXPECT_TRUE(has(body(end), "Billing-Seconds=0"));
    EXPECT_TRUE(has(body(end), "Duration-Seconds=0"));
}

TEST(Cdr, what_is_not_known_is_left_out)
{
    const auto call = *Call::from_json(R"({"Call-ID":"c"})");
    session::EndOfCall end;
    end.hangup_cause = "USER_BUSY";
    EXPECT_EQ(session::make_cdr(call, end, "https://h/").body,
              "Billing-Seconds=0&Call-Direction=inbound&Call-ID=c&Duration-Seconds=0&"
              "From=nouser%40norealm&Hangup-Cause=USER_BUSY&Request=nouser%40norealm&"
              "Ringing-Seconds=0&Timestamp=0&To=nouser%40norealm");
}

TEST(Cdr, variables_that_are_not_an_object_are_left_out)
{
    auto call = ann();
    for (const auto* odd : {"", "{}", "[1]", "{", "null"}) {
        call.custom_application_vars = odd;
        const auto text = session::make_cdr(call, answered(), "https://h/").body;
        EXPECT_EQ(text.find("Custom-Application-Vars"), text.npos) << odd;
    }
}

TEST(Cdr, each_has_an_id_of_its_own)
{
    std::set<std::string> ids;
    for (int i = 0; i < 100; ++i) ids.insert(session::make_cdr(ann(), answered(), "https://h/").id);
    EXPECT_EQ(ids.size(), 100U);
    EXPECT_EQ(ids.begin()->size(), 32U);
}

TEST(Cdr, its_origin_is_where_it_goes)
{
    EXPECT_EQ(session::make_cdr(ann(), answered(), "https://ann:secret@H/cdr").origin(),
              "https://h:443");
    EXPECT_EQ(session::make_cdr(ann(), answered(), "odd").origin(), "odd");
}

}  // namespace
}  // namespace pivot
