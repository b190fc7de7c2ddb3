#include "base/json.hpp"
#include "session/recent_records.hpp"

#include <algorithm>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace pivot {
namespace {

// The second exchange of a call: a POST that was redirected once.
session::DebugFacts menu()
{
    session::DebugFacts facts;
    facts.call_id = "a1b2@10.26.0.158";
    facts.account_id = "4642d64460dfba89f0938fa7736c6d1b";
    facts.iteration = 2;
    facts.at_unix_ms = 1'700'000'000'123;
    facts.exchange.method = Method::post;
    facts.exchange.url = "https://h/Menu";
    facts.exchange.final_url = "https://h/Menu/2";
    facts.exchange.status = 200;
    facts.exchange.address = "192.0.2.7:443";
    facts.exchange.was_reused = true;
    facts.exchange.timings_us = {.dns = 1, .connect = 2, .tls = 3, .first_byte = 4, .total = 5};
    facts.request_headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
    facts.request_body = "Digits=1";
    facts.signed_url = "https://h/Menu";
    facts.requests = {{Method::post, "https://h/Menu", 302, "Digits=1"},
                      {Method::get, "https://h/Menu/2", 200, ""}};
    facts.response_headers = {{"Content-Type", "Text/XML"}, {"X-Two", "A"}, {"X-Two", "B"}};
    facts.response_body = "<Response/>";
    facts.warnings = {"1:2: <Foo> is no verb"};
    return facts;
}

std::string json(const session::DebugFacts& facts)
{
    return session::DebugRecord(facts).to_json();
}

// The text of a member at the top.
std::string member(const std::string& json, std::string_view name)
{
    json::Document document;
    const auto object = document.read(json);
    EXPECT_TRUE(object) << json;
    const auto value = object->find(name);
    return value ? std::string(value->text()) : "absent";
}

TEST(DebugRecord, it_has_what_was_asked_and_answered_as_it_was)
{
    EXPECT_EQ(
        json(menu()),
        R"({"call_id":"a1b2@10.26.0.158","account_id":"4642d64460dfba89f0938fa7736c6d1b",)"
        R"("kind":"exchange","iteration":2,"at_unix_ms":1700000000123,"method":"POST",)"
        R"("uri":"https://h/Menu","signed_url":"https://h/Menu","req_headers":[{"name":)"
        R"("Content-Type","value":"application/x-www-form-urlencoded"}],"req_body":"Digits=1",)"
        R"("req_body_bytes":8,"final_uri":"https://h/Menu/2","redirects":["https://h/Menu/2"],)"
        R"("hops":[{"method":"POST","uri":"https://h/Menu","resp_status_code":"302","req_body":)"
        R"("Digits=1","req_body_bytes":8},{"method":"GET","uri":"https://h/Menu/2",)"
        R"("resp_status_code":"200"}],)"
        R"("address":"192.0.2.7:443","reused":true,"resp_status_code":"200","resp_headers":[)"
        R"({"name":"Content-Type","value":"Text/XML"},{"name":"X-Two","value":"A"},{"name":)"
        R"("X-Two","value":"B"}],"resp_body":"<Response/>","resp_body_bytes":11,"timings_us":)"
        R"({"dns":1,"connect":2,"tls":3,"first_byte":4,"total":5},"warnings":[)"
        R"("1:2: <Foo> is no verb"]})");
}

TEST(DebugRecord, it_says_which_call_and_when)
{
    const session::DebugRecord record(menu());
    EXPECT_EQ(record.call_id(), "a1b2@10.26.0.158");
    EXPECT_EQ(record.account_id(), "4642d64460dfba89f0938fa7736c6d1b");
    EXPECT_EQ(record.at_unix_ms(), 1'700'000'000'123);
}

TEST(DebugRecord, the_status_is_the_one_that_came)
{
    auto facts = menu();
    facts.exchange.status = 503;
    EXPECT_EQ(member(json(facts), "resp_status_code"), "503");
}

TEST(DebugRecord, a_connection_that_failed_is_recorded)
{
    const Failure failure{
        Reason::connect, Phase::connect, "connect 192.0.2.7:443: connection refused", {}};
    auto facts = menu();
    facts.exchange.status = 0;
    facts.failure = &failure;
    facts.branch = "_";
    const auto text = json(facts);
    EXPECT_EQ(member(text, "reason"), "connect");
    EXPECT_EQ(member(text, "phase"), "connect");
    EXPECT_EQ(member(text, "message"), "connect 192.0.2.7:443: connection refused");
    EXPECT_EQ(member(text, "branch"), "_");
    for (const auto* name : {"resp_status_code", "resp_headers", "resp_body", "errors"}) {
        EXPECT_EQ(member(text, name), "absent") << name;
    }
}

TEST(DebugRecord, what_is_wrong_with_an_answer_is_recorded_with_it)
{
    const Failure failure{Reason::invalid_callflow,
                          Phase::parse,
                          "two errors",
                          {{"/data", "is missing"}, {"/module", "is missing"}}};
    auto facts = menu();
    facts.failure = &failure;
    const auto text = json(facts);
    EXPECT_NE(text.find(R"("errors":[{"at":"/data","error":"is missing"},{"at":"/module",)"),
              text.npos);
    EXPECT_EQ(member(text, "resp_body"), "<Response/>");
}

TEST(DebugRecord, callbacks_and_cdrs_say_that_they_are_such)
{
    auto facts = menu();
    facts.kind = session::DebugKind::callback;
    EXPECT_EQ(member(json(facts), "kind"), "callback");
    facts.kind = session::DebugKind::cdr;
    EXPECT_EQ(member(json(facts), "kind"), "cdr");
}

TEST(DebugRecord, a_body_is_bounded_and_says_that_it_was_cut)
{
    auto facts = menu();
    const std::string fits(session::DebugRecord::body_bytes_max, 'x');
    facts.response_body = fits;
    EXPECT_EQ(member(json(facts), "resp_body"), fits);
    EXPECT_EQ(member(json(facts), "resp_body_is_cut"), "absent");

    const std::string larger(1'000'000, 'x');
    facts.response_body = larger;
    EXPECT_EQ(member(json(facts), "resp_body"), fits);
    EXPECT_EQ(member(json(facts), "resp_body_bytes"), "1000000");
    EXPECT_EQ(member(json(facts), "resp_body_is_cut"), "true");
    EXPECT_EQ(member(json(facts), "req_body_is_cut"), "absent");
}

TEST(DebugRecord, any_bytes_make_a_record)
{
    auto facts = menu();
    facts.response_body = std::string_view("\xff\xfe<\0R\0\"\n", 8);
    facts.response_headers = {{"X-\xeb", "\xeb"}};
    facts.call_id = "\xff";
    const auto text = json(facts);
    EXPECT_EQ(member(text, "resp_body"),
              std::string_view("\xEF\xBF\xBD\xEF\xBF\xBD<\0R\0\"\n", 12));
    EXPECT_EQ(member(text, "call_id"), "\xEF\xBF\xBD");
}

TEST(DebugRecord, a_secret_is_nowhere_in_it)
{
    constexpr auto url = "https://ann:s3cret@h/p?SecurityCode=s3cret";
    const std::string body = fmt::format("{} {} ", url, std::string(20'000, ' ')) + url;
    const Failure failure{
        Reason::status, Phase::read, fmt::format("{}: status 404", url), {{"/data/url", url}}};
    auto facts = menu();
    facts.exchange.url = facts.exchange.final_url = facts.signed_url = url;
    facts.requests = {{Method::get, url, 302, ""}, {Method::get, url, 200, ""}};
    facts.warnings = {url};
    facts.request_headers = {
        {"Authorization", "Basic s3cret"},       {"Cookie", "SID=s3cret; a=s3cret"},
        {"Proxy-Authorization", "Basic s3cret"}, {"Referer", url},
        {"X-Pivot-Signature", "t=1,v1=s3cret"},  {"X-Twilio-Signature", "s3cret="}};
    facts.response_headers = {{"Location", url}, {"Set-Cookie", "SID=s3cret; Path=/"}};
    facts.request_body = "PaymentCardNumber=s3cret&Url=https%3A%2F%2Fann%3As3cret%40h";
    facts.response_body = body;
    facts.failure = &failure;
    EXPECT_EQ(json(facts).find("s3cret"), std::string::npos) << json(facts);
    EXPECT_NE(json(facts).find("https://[redacted]@h/p"), std::string::npos);
}

TEST(DebugRecord, a_secret_that_stands_across_the_cut_is_not_in_it)
{
    for (std::size_t before = 0; before < 40; ++before) {
        const auto body = std::string(session::DebugRecord::body_bytes_max - before, ' ') +
                          "https://ann:7777777@h/ password=\"7777777\"";
        auto facts = menu();
        facts.response_body = body;
        EXPECT_EQ(member(json(facts), "resp_body").find('7'), std::string::npos) << before;
    }
}

session::DebugRecord record_of(std::string_view call_id, int iteration)
{
    session::DebugFacts facts;
    facts.call_id = call_id;
    facts.iteration = iteration;
    return session::DebugRecord(facts);
}

std::vector<std::string> iterations(const std::vector<session::DebugRecord>& records)
{
    std::vector<std::string> list;
    for (const auto& record : records) list.push_back(member(record.to_json(), "iteration"));
    return list;
}

using Texts = std::vector<std::string>;

TEST(RecentRecords, those_of_a_call_are_found_in_order)
{
    session::RecentRecords records;
    records.add(record_of("a", 1));
    records.add(record_of("b", 1));
    records.add(record_of("a", 2));
    EXPECT_EQ(iterations(records.find("a")), (Texts{"1", "2"}));
    EXPECT_EQ(iterations(records.find("c")), Texts{});
    EXPECT_EQ(iterations(records.latest(2)), (Texts{"1", "2"}));
    EXPECT_EQ(records.latest(10).size(), 3U);
}

TEST(RecentRecords, the_oldest_go_where_there_are_too_many)
{
    session::RecentRecords records({.records_max = 3});
    for (int i = 1; i <= 5; ++i) records.add(record_of("a", i));
    EXPECT_EQ(iterations(records.find("a")), (Texts{"3", "4", "5"}));
}

TEST(RecentRecords, the_oldest_go_where_there_are_too_many_bytes)
{
    const auto bytes = record_of("a", 1).to_json().size();
    session::RecentRecords records({.bytes_max = 2 * bytes});
    for (int i = 1; i <= 5; ++i) records.add(record_of("a", i));
    EXPECT_EQ(iterations(records.find("a")), (Texts{"4", "5"}));

    session::RecentRecords none({.bytes_max = bytes - 1});
    none.add(record_of("a", 1));
    EXPECT_TRUE(none.find("a").empty());
}

TEST(RecentRecords, threads_share_them)
{
    session::RecentRecords records({.records_max = 50});
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&records] {
                for (int j = 0; j < 100; ++j) {
                    records.add(record_of("a", j));
                    records.find("a");
                }
            });
        }
    }
    EXPECT_EQ(records.find("a").size(), 50U);
}

}  // namespace
}  // namespace pivot
