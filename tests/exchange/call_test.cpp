#include <pivot/call.hpp>

#include "exact.hpp"

#include <gtest/gtest.h>

namespace pivot {
namespace {

// As KAZOO's callflow sends it.
constexpr std::string_view kazoo_call = R"({
    "Account-DB": "account%2F46%2F42%2Fd64460dfba89f0938fa7736c6d1b",
    "Account-ID": "4642d64460dfba89f0938fa7736c6d1b",
    "Authorizing-ID": "0d3a9f8b7c6e5d4c3b2a190817161514",
    "Call-Bridged": false,
    "Call-Direction": "outbound",
    "Call-ID": "a1b2@10.26.0.158",
    "Caller-ID-Name": "Ann Lee",
    "Caller-ID-Number": "+14155550100",
    "Custom-Application-Vars": {},
    "Custom-Channel-Vars": { "Account-ID": "4642d64460dfba89f0938fa7736c6d1b" },
    "Custom-SIP-Headers": { "X-Tag": "a b" },
    "From": "user_ann@acme.sip.example.com",
    "From-Realm": "acme.sip.example.com",
    "From-User": "user_ann",
    "Key-Value-Store": { "cf_no_match": false, "dtmf_collections": { "default": "42" } },
    "Language": "en-us",
    "Owner-ID": "9afa4973c3b4440f522955fc026c33a9",
    "Request": "4155550199@acme.sip.example.com",
    "Request-Realm": "acme.sip.example.com",
    "Request-User": "+14155550199",
    "Switch-URI": "sip:10.26.0.158:11000",
    "To": "4155550199@acme.sip.example.com"
})";

Call read(std::string_view text)
{
    auto call = Call::from_json(text);
    EXPECT_TRUE(call) << text;
    return call ? *std::move(call) : Call();
}

// `at: error` of each breach, a line each.
std::string breaches(std::string_view text)
{
    const auto call = Call::from_json(text);
    if (call) return "none";
    EXPECT_EQ(call.error().reason, Reason::invalid_json);
    std::string lines;
    for (const auto& [at, error] : call.error().errors) lines += at + ": " + error + '\n';
    return lines;
}

TEST(Call, it_is_read_from_kazoos_call_object)
{
    const auto call = read(kazoo_call);
    EXPECT_EQ(call.call_id, "a1b2@10.26.0.158");
    EXPECT_EQ(call.account_id, "4642d64460dfba89f0938fa7736c6d1b");
    EXPECT_EQ(call.from.user, "user_ann");
    EXPECT_EQ(call.from.realm, "acme.sip.example.com");
    EXPECT_EQ(call.to.user, "4155550199");
    EXPECT_EQ(call.to.realm, "acme.sip.example.com");
    EXPECT_EQ(call.request.user, "+14155550199");
    EXPECT_EQ(call.request.realm, "acme.sip.example.com");
    EXPECT_EQ(call.caller_id_name, "Ann Lee");
    EXPECT_EQ(call.caller_id_number, "+14155550100");
    EXPECT_EQ(call.direction, Direction::outbound);
    EXPECT_EQ(call.owner_ids, std::vector<std::string>{"9afa4973c3b4440f522955fc026c33a9"});
    EXPECT_EQ(call.authorizing_id, "0d3a9f8b7c6e5d4c3b2a190817161514");
    EXPECT_EQ(call.language, "en-us");
    EXPECT_EQ(call.custom_application_vars, "{}");
    EXPECT_EQ(call.custom_sip_headers, R"({"X-Tag":"a b"})");
    EXPECT_EQ(call.custom_channel_vars, R"({"Account-ID":"4642d64460dfba89f0938fa7736c6d1b"})");
    EXPECT_EQ(call.key_value_store, R"({"cf_no_match":false,"dtmf_collections":{"default":"42"}})");
    EXPECT_EQ(
        call.other,
        R"({"Account-DB":"account%2F46%2F42%2Fd64460dfba89f0938fa7736c6d1b","Call-Bridged":false,)"
        R"("Switch-URI":"sip:10.26.0.158:11000"})");
}

TEST(Call, all_but_its_id_may_be_absent)
{
    for (const auto* text :
         {R"({"Call-ID":"c"})", R"({"Call-ID":"c","From":null,"Owner-ID":null,"Language":null,
                             "Call-Direction":null,"Custom-SIP-Headers":null})"}) {
        const auto call = read(text);
        EXPECT_EQ(call.call_id, "c");
        EXPECT_EQ(call.from.user, "");
        EXPECT_EQ(call.direction, Direction::inbound);
        EXPECT_TRUE(call.owner_ids.empty());
        EXPECT_EQ(call.custom_sip_headers, "");
        EXPECT_EQ(call.other, "");
    }
    EXPECT_EQ(breaches("{}"), "/Call-ID: is missing\n");
    EXPECT_EQ(breaches(R"({"Call-ID":null})"), "/Call-ID: is missing\n");
    EXPECT_EQ(breaches(R"({"Call-ID":""})"), "/Call-ID: is empty\n");
}

TEST(Call, the_parts_of_a_party_go_before_the_whole_where_they_are_known)
{
    const auto from = [](std::string_view members) {
        const auto call = read(R"({"Call-ID":"c",)" + std::string(members) + '}');
        return call.from.user + '|' + call.from.realm;
    };
    EXPECT_EQ(from(R"("From":"a@r")"), "a|r");
    EXPECT_EQ(from(R"("From":"a@r","From-User":"b")"), "b|r");
    EXPECT_EQ(from(R"("From-Realm":"s","From":"a@r")"), "a|s");
    EXPECT_EQ(from(R"("From":"a@r","From-User":"nouser","From-Realm":"norealm")"), "a|r");
    EXPECT_EQ(from(R"("From":"a@r","From-User":"","From-Realm":"")"), "a|r");
    EXPECT_EQ(from(R"("From":"nouser@norealm")"), "|");
    EXPECT_EQ(from(R"("From-User":"nouser")"), "|");
    EXPECT_EQ(from(R"("From":"a")"), "a|");
    EXPECT_EQ(from(R"("From":"@r")"), "|r");
    EXPECT_EQ(from(R"("From":"a@r@s")"), "a|r@s");
}

TEST(Call, owners_are_one_or_many)
{
    EXPECT_EQ(read(R"({"Call-ID":"c","Owner-ID":["a","b"]})").owner_ids,
              (std::vector<std::string>{"a", "b"}));
    EXPECT_TRUE(read(R"({"Call-ID":"c","Owner-ID":[]})").owner_ids.empty());
    EXPECT_TRUE(read(R"({"Call-ID":"c","Owner-ID":""})").owner_ids.empty());
}

TEST(Call, what_has_another_type_is_listed)
{
    EXPECT_EQ(
        breaches(R"({"Call-ID":7,"From":{"user":"a"},"Owner-ID":["a",1],"Custom-SIP-Headers":"X",
                           "Call-Direction":"up","Language":true,"Key-Value-Store":[]})"),
        "/Call-ID: expected a string, found 7\n"
        "/From: expected a string, found an object\n"
        "/Call-Direction: expected \"inbound\", \"outbound\" or \"outbound-api\", found \"up\"\n"
        "/Owner-ID/1: expected a string, found 1\n"
        "/Language: expected a string, found true\n"
        "/Custom-SIP-Headers: expected an object, found \"X\"\n"
        "/Key-Value-Store: expected an object, found an array\n");
    EXPECT_EQ(breaches(R"({"From":1,"Owner-ID":{}})"),
              "/Call-ID: is missing\n"
              "/From: expected a string, found 1\n"
              "/Owner-ID: expected a string or an array of strings, found an object\n");
    EXPECT_EQ(breaches("[]"), ": expected an object, found an array\n");
    EXPECT_EQ(Call::from_json(R"({"Call-ID":7})").error().message,
              "/Call-ID: expected a string, found 7");
}

TEST(Call, what_is_not_json_is_not_a_call)
{
    for_each_prefix(kazoo_call, [](std::string_view prefix) {
        EXPECT_EQ(Call::from_json(prefix).has_value(), prefix.size() == kazoo_call.size());
    });
}

}  // namespace
}  // namespace pivot
