// Requests as KAZOO's validators would have them, and as they would not.
#include "exact.hpp"
#include "switches/kazoo/call_object.hpp"
#include "switches/kazoo/pivot_request.hpp"
#include "switches/kazoo_message.hpp"

#include <gtest/gtest.h>

namespace pivot::switches::kazoo {
namespace {

using std::chrono::milliseconds;
using test::PivotReq;

PivotRequest read(const PivotReq& message, milliseconds limit = milliseconds(5'000))
{
    const std::string text = message.text();
    const ExactCopy exact(text);
    json::Document document;
    return PivotRequest::read(document, exact.text(), limit);
}

std::string refusal_of(const PivotReq& message)
{
    const PivotRequest request = read(message);
    EXPECT_TRUE(request.can_be_answered());
    return request.question ? "" : request.question.error();
}

TEST(KazooRequest, a_request_of_a_callflow_is_read)
{
    const PivotRequest request = read(PivotReq());
    ASSERT_TRUE(request.question) << request.question.error();
    EXPECT_EQ(request.message_id, "m1");
    EXPECT_EQ(request.call_id, "a1b2@10.26.0.158");
    EXPECT_EQ(request.controller->queue, "callflow_exe@apps1-5");
    EXPECT_EQ(request.controller->process, "<0.2310.0>");
    EXPECT_EQ(request.question->action.voice_url, "http://web.example.com/ivr?site=7");
    EXPECT_EQ(request.question->action.method, Method::get);
    EXPECT_EQ(request.question->action.req_format, Format::kazoo);
    EXPECT_EQ(request.question->action.timeout, milliseconds(5'000));
    EXPECT_EQ(request.question->call.from.user, "user_ann");
    EXPECT_EQ(request.question->call.request.user, "4155550199");
}

TEST(KazooRequest, without_formats_it_is_twiml_and_form)
{
    const PivotRequest request =
        read(PivotReq().with("Request-Format", "null").with("Request-Body-Format", "null"));
    ASSERT_TRUE(request.question) << request.question.error();
    EXPECT_EQ(request.question->action.req_format, Format::twiml);
    EXPECT_EQ(request.question->action.req_body_format, BodyFormat::form);
}

TEST(KazooRequest, a_method_has_letters_of_any_case)
{
    const PivotRequest request = read(PivotReq().with("HTTP-Method", R"("Post")"));
    ASSERT_TRUE(request.question) << request.question.error();
    EXPECT_EQ(request.question->action.method, Method::post);
}

TEST(KazooRequest, an_integer_is_clamped_to_the_limit_and_text_is_refused)
{
    const auto timeout_of = [](std::string_view json, milliseconds limit) {
        const PivotRequest request = read(PivotReq().with("Request-Timeout", json), limit);
        return request.question ? request.question->action.timeout.count() : -1;
    };
    EXPECT_EQ(timeout_of("1200", milliseconds(5'000)), 1'200);
    EXPECT_EQ(timeout_of("9000", milliseconds(5'000)), 5'000);
    EXPECT_EQ(timeout_of("9000", milliseconds(9'500)), 9'000);
    EXPECT_EQ(timeout_of("0", milliseconds(5'000)), 1);
    EXPECT_EQ(timeout_of("-5", milliseconds(5'000)), 1);
    EXPECT_EQ(timeout_of("99999999999999999999", milliseconds(5'000)), 5'000);
    EXPECT_EQ(timeout_of("-99999999999999999999", milliseconds(5'000)), 1);
    EXPECT_EQ(timeout_of("5000.0", milliseconds(5'000)), -1);
    EXPECT_EQ(timeout_of(R"("5000")", milliseconds(5'000)), -1);
    EXPECT_EQ(timeout_of("null", milliseconds(9'500)), 5'000) << "the default";
}

TEST(KazooRequest, what_a_validator_refuses_is_refused_with_a_reason)
{
    EXPECT_EQ(refusal_of(PivotReq().with("Voice-URI", "null")), "Voice-URI is missing");
    EXPECT_EQ(refusal_of(PivotReq().with("Voice-URI", "7")), "Voice-URI is 7, not a string");
    EXPECT_NE(refusal_of(PivotReq().with("Voice-URI", R"("web.example.com/x")")), "");
    EXPECT_EQ(refusal_of(PivotReq().with("HTTP-Method", R"("put")")),
              R"(HTTP-Method is "put", not get or post)");
    EXPECT_EQ(refusal_of(PivotReq().with("Request-Format", R"("xml")")),
              R"(Request-Format is "xml", not kazoo or twiml)");
    EXPECT_EQ(
        refusal_of(
            PivotReq().with("HTTP-Method", R"("post")").with("Request-Body-Format", R"("xml")")),
        R"(Request-Body-Format is "xml", not form or json)");
    EXPECT_EQ(refusal_of(PivotReq().with("Request-Body-Format", R"("xml")")), "") << "of a GET";
    EXPECT_EQ(refusal_of(PivotReq().with("Debug", R"("yes")")), R"(Debug is "yes", not a boolean)");
    EXPECT_EQ(refusal_of(PivotReq().with("Debug", R"("true")")), "");
    EXPECT_EQ(refusal_of(PivotReq().with("App-Name", "null")), "App-Name is missing");
    EXPECT_EQ(refusal_of(PivotReq().with("Msg-ID", R"("")")), "Msg-ID is missing");
    EXPECT_EQ(refusal_of(PivotReq().with("Event-Name", R"("pivot_resp")")),
              "dialplan pivot_resp is not a request of a pivot");
    EXPECT_EQ(refusal_of(PivotReq("m", std::string(80, '@'))),
              "Call-ID is too long for a routing key");
}

TEST(KazooRequest, headers_of_its_own_are_sent_if_they_cannot_harm)
{
    const PivotRequest request = read(PivotReq().with(
        "Custom-Request-Headers",
        R"({"X-Tenant":"a b","x-7":"","Host":"h","X-":"v","X-B":7,"X-C":"a\r\nHost: h","X- D":"v",)"
        R"("x-twilio-signature":"v","|-E":"v"})"));
    ASSERT_TRUE(request.question) << request.question.error();
    const std::vector<std::pair<std::string, std::string>> sent = {{"X-Tenant", "a b"},
                                                                   {"x-7", ""}};
    EXPECT_EQ(request.question->action.custom_request_headers, sent);
    EXPECT_EQ(request.question->headers_dropped, 7u);
    EXPECT_EQ(refusal_of(PivotReq().with("Custom-Request-Headers", "[]")),
              "Custom-Request-Headers is an array, not an object");
}

TEST(KazooRequest, a_document_that_comes_with_the_request_is_taken)
{
    const auto type_of = [](std::string_view document, std::string_view type) {
        const PivotRequest request = read(PivotReq()
                                              .with("Voice-URI", "null")
                                              .with("Flow-Doc", document)
                                              .with("Flow-Type", type));
        return request.question ? request.question->action.flow_type : request.question.error();
    };
    EXPECT_EQ(type_of(R"("<Response/>")", "null"), "application/xml");
    EXPECT_EQ(type_of(R"("{}")", "null"), "application/json");
    EXPECT_EQ(type_of(R"("{}")", R"("application/xml")"), "application/xml");
    EXPECT_EQ(type_of("{}", "null"), "Flow-Doc is an object, not a string");
    EXPECT_EQ(type_of(R"("")", "null"), "Voice-URI is missing");
}

TEST(KazooRequest, nobody_is_told_without_a_call_and_a_queue)
{
    EXPECT_FALSE(read(PivotReq().with_queue("null")).can_be_answered());
    EXPECT_FALSE(read(PivotReq().with_queue(R"("")")).can_be_answered());
    EXPECT_FALSE(read(PivotReq().with_queue("7")).can_be_answered());
    EXPECT_FALSE(read(PivotReq().with_queue(R"("pid://<0.1.0>/")")).can_be_answered());
    EXPECT_FALSE(read(PivotReq("m", "")).can_be_answered());
    EXPECT_FALSE(read(PivotReq().with("Call", "[]")).can_be_answered());
    json::Document document;
    for (const std::string_view text : {"", "[]", "7", "\"x\"", "{", "\xff", "{} {}"}) {
        const auto request = PivotRequest::read(document, text, milliseconds(5'000));
        EXPECT_FALSE(request.can_be_answered()) << text;
    }
}

TEST(KazooRequest, a_body_that_could_not_be_taken_is_named)
{
    json::Document document;
    const PivotRequest request = PivotRequest::read(document, "", milliseconds(5'000));
    EXPECT_EQ(request.question.error(),
              "its body is empty, longer than 4 MiB, or a broken gzip stream");
}

TEST(KazooRequest, a_message_that_is_cut_off_anywhere_is_refused)
{
    const std::string text = PivotReq().text();
    json::Document document;
    for_each_prefix(text, [&](std::string_view part) {
        const PivotRequest request = PivotRequest::read(document, part, milliseconds(5'000));
        EXPECT_EQ(request.question.has_value(), part.size() == text.size());
    });
}

TEST(KazooRequest, values_of_a_call_may_have_other_types_as_kazoo_takes_them)
{
    const PivotRequest request = read(PivotReq().with(
        "Call", R"({"Call-ID":"c1","Controller-Queue":"q","Caller-ID-Number":4155550100,)"
                R"("From-User":1001,"From":{},"Language":false,"Call-Direction":"undefined",)"
                R"("Owner-ID":[1],"Authorizing-ID":null,"Custom-Channel-Vars":[],)"
                R"("Custom-SIP-Headers":"","Key-Value-Store":5,"To-User":"bob","Other":[{}]})"));
    ASSERT_TRUE(request.question) << request.question.error();
    const Call& call = request.question->call;
    EXPECT_EQ(call.call_id, "c1");
    EXPECT_EQ(call.caller_id_number, "4155550100");
    EXPECT_EQ(call.from.user, "1001");
    EXPECT_EQ(call.to.user, "bob");
    EXPECT_EQ(call.language, "false");
    EXPECT_EQ(call.direction, Direction::inbound);
    EXPECT_TRUE(call.owner_ids.empty());
    EXPECT_EQ(call.custom_channel_vars, "");
    EXPECT_EQ(call.other, R"({"Controller-Queue":"q","Other":[{}]})");
}

TEST(KazooRequest, ids_of_a_call_may_be_numbers)
{
    const PivotRequest request = read(PivotReq().with(
        "Call", R"({"Call-ID":500,"Controller-Queue":"q","Account-ID":17,"From-Realm":9})"));
    ASSERT_TRUE(request.question) << request.question.error();
    EXPECT_TRUE(request.can_be_answered());
    EXPECT_EQ(request.call_id, "500");
    EXPECT_EQ(request.account_id, "17");
    EXPECT_EQ(request.question->call.call_id, "500");
    const CallIdentity identity = identity_of(request.question->call_object);
    EXPECT_EQ(identity.call_id, "500");
    EXPECT_EQ(identity.account_id, "17");
    EXPECT_EQ(identity.realm, "9");
}

TEST(KazooRequest, a_url_for_the_cdr_that_is_wrong_is_ignored_with_a_warning)
{
    const auto warning_of = [](std::string_view json) {
        const PivotRequest request = read(PivotReq().with("CDR-URI", json));
        if (!request.question) return request.question.error();
        EXPECT_EQ(request.question->action.cdr_url.empty(), !request.question->warning.empty());
        return request.question->warning;
    };
    EXPECT_EQ(warning_of(R"("http://web.example.com/cdr")"), "");
    for (const std::string_view wrong : {"5", "[]", "{}", "true", R"("")", R"("cdr.php")"}) {
        EXPECT_NE(warning_of(wrong), "") << wrong;
    }
    EXPECT_EQ(warning_of("5"), "CDR-URI is 5, not an absolute URL: no CDR is posted there");
}

TEST(KazooRequest, ids_are_bounded)
{
    const PivotRequest longest = read(PivotReq(std::string(255, 'm'), std::string(205, 'c')));
    EXPECT_TRUE(longest.question);

    const PivotRequest message = read(PivotReq(std::string(256, 'm')));
    EXPECT_TRUE(message.can_be_answered());
    EXPECT_EQ(message.question.error(), "Msg-ID has 256 bytes, more than 255");
    EXPECT_EQ(message.message_id, "");

    const PivotRequest call = read(PivotReq("m1", std::string(1'024, 'c')));
    EXPECT_TRUE(call.can_be_answered());
    EXPECT_EQ(call.question.error(), "Call-ID is too long for a routing key");

    const PivotRequest huge = read(PivotReq("m1", std::string(1'025, 'c')));
    EXPECT_FALSE(huge.can_be_answered());
    EXPECT_EQ(huge.question.error(), "Call-ID has 1025 bytes, more than 1024");
    EXPECT_EQ(huge.call_id.size(), 64u);
}

TEST(KazooQueue, a_queue_is_plain_or_a_process_and_a_queue)
{
    const auto plain = QueueAddress::parse("callflow-7f00a1");
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->queue, "callflow-7f00a1");
    EXPECT_EQ(plain->process, "");
    const auto slashes = QueueAddress::parse("pid://<0.1.0>/a/b");
    ASSERT_TRUE(slashes);
    EXPECT_EQ(slashes->process, "<0.1.0>/a");
    EXPECT_EQ(slashes->queue, "b") << "KAZOO splits at the last slash";
    EXPECT_FALSE(QueueAddress::parse("pid://x"));
    EXPECT_FALSE(QueueAddress::parse("pid:///x"));
    EXPECT_FALSE(QueueAddress::parse(std::string(256, 'q')));
}

TEST(KazooQueue, parts_of_keys_are_encoded_as_kazoo_does)
{
    EXPECT_EQ(encode_key_part("routing.key"), "routing%2Ekey");
    EXPECT_EQ(encode_key_part("test&.192. 168. 5. 5#"), "test%26%2E192%2E+168%2E+5%2E+5%23");
    EXPECT_EQ(encode_key_part("a1b2@10.26.0.158"), "a1b2%4010%2E26%2E0%2E158");
    EXPECT_EQ(encode_key_part("a~b_c-d"), "a~b_c-d");
    EXPECT_EQ(encode_key_part("*"), "*");
    EXPECT_EQ(encode_key_part("#"), "#");
    EXPECT_EQ(encode_key_part("\xc3\xa9"), "%C3%A9");
}

}  // namespace
}  // namespace pivot::switches::kazoo
