// What the requests of a session carry, and what happens to the answers.

#include "session_fixture.hpp"

#include <gmock/gmock.h>

namespace pivot::test {
namespace {

Call ann()
{
    return *Call::from_json(R"({"Call-ID":"c1","Account-ID":"a1","From":"+14155550100@r.example",
        "To":"+14155550199@r.example","Caller-ID-Name":"Ann","Caller-ID-Number":"+14155550100",
        "Custom-SIP-Headers":{"X-Tag":"t","Diversion":"d"},
        "Key-Value-Store":{"dtmf_collections":{"pin":"12"},"other":{"kept":1}}})");
}

HttpPeer::Handler documents()
{
    return answer(say_hello, "text/xml");
}

session::Request gathered(std::string digits, std::string url = "/gathered")
{
    return {std::move(url), Method::post, {{"Digits", std::move(digits)}}};
}

TEST(Session, a_flow_comes_with_its_defaults)
{
    HttpPeer peer{answer()};
    Sessions sessions;
    const auto session = sessions.make(node(peer.url("/p")));
    const auto answered = sessions.begin(*session);
    ASSERT_TRUE(answered) << answered.error().message;
    EXPECT_EQ(answered->document, nullptr);
    EXPECT_NE(answered->flow.find("\"endless_playback\":false"), std::string::npos);
    EXPECT_EQ(session->iteration(), 1);
}

TEST(Session, a_document_comes_as_such_in_either_format)
{
    for (const auto more : {std::string_view(), twiml}) {
        HttpPeer peer{documents()};
        Sessions sessions;
        const auto session = sessions.make(node(peer.url("/p"), more));
        const auto answered = sessions.begin(*session);
        ASSERT_TRUE(answered) << answered.error().message;
        ASSERT_NE(answered->document, nullptr);
        EXPECT_EQ((*answered->document->verbs().begin()).text(), "Hello");
    }
}

TEST(Session, sounds_and_words_are_for_twiml)
{
    HttpPeer sound{answer("RIFF", "audio/wav")};
    HttpPeer words{answer("Good day.", "text/plain; charset=utf-8")};
    HttpPeer document{answer(say_hello, "text/plain")};
    Sessions sessions;

    auto answered = sessions.begin(*sessions.make(node(sound.url("/a.wav"), twiml)));
    ASSERT_TRUE(answered);
    EXPECT_EQ(answered->media_url, sound.url("/a.wav"));
    answered = sessions.begin(*sessions.make(node(words.url("/"), twiml)));
    ASSERT_TRUE(answered);
    EXPECT_EQ(answered->words, "Good day.");
    answered = sessions.begin(*sessions.make(node(document.url("/"), twiml)));
    ASSERT_TRUE(answered);
    EXPECT_NE(answered->document, nullptr);

    answered = sessions.begin(*sessions.make(node(sound.url("/a.wav"))));
    ASSERT_FALSE(answered);
    EXPECT_EQ(answered.error().reason, Reason::content_type);
}

TEST(Session, words_are_read_in_their_encoding_and_without_control_characters)
{
    using namespace std::string_literals;
    session::RecentRecords records;
    Sessions sessions;
    sessions.config.sink = &records;
    sessions.config.records_all = true;
    const auto answer_to = [&sessions](std::string_view body, std::string_view type) {
        HttpPeer peer{answer(body, type)};
        return sessions.begin(*sessions.make(node(peer.url("/"), twiml)));
    };
    const auto words_of = [&answer_to](std::string_view body, std::string_view type) {
        const auto answered = answer_to(body, type);
        return answered ? answered->words : "none: " + answered.error().message;
    };
    EXPECT_EQ(words_of("Gr\xFC\xDF \x85", "text/plain; charset=iso-8859-1"), "Grüß");
    EXPECT_EQ(words_of("\xFE\xFF\0G\0\xFC"s, "text/plain; charset=utf-16"), "Gü");
    EXPECT_EQ(words_of("a\0b\x1B\x7F\tc"s, "text/plain"), "a b  \tc");
    EXPECT_THAT(words_of("Gr\xFC\xDF", "text/plain"), testing::HasSubstr("none: the text"));
    EXPECT_THAT(words_of("x", "text/plain; charset=ebcdic"), testing::HasSubstr("send UTF-8"));
    EXPECT_THAT(words_of("\0"s, "text/plain"), testing::HasSubstr("no word"));
    const auto answered = answer_to(std::string(5'000, 'x'), "text/plain");
    ASSERT_TRUE(answered);
    EXPECT_EQ(answered->words.size(), 4'096u);
    EXPECT_THAT(records.find("c1").back().to_json(), testing::HasSubstr("cut off after 4096"));
}

TEST(Session, an_empty_answer_is_invalid_in_the_sessions_format)
{
    for (const int status : {200, 204}) {
        HttpPeer peer{answer("", "text/xml", status)};
        Sessions sessions;
        const auto document = sessions.begin(*sessions.make(node(peer.url("/"), twiml)));
        ASSERT_FALSE(document);
        EXPECT_EQ(document.error().reason, Reason::invalid_twiml);
        const auto flow = sessions.begin(*sessions.make(node(peer.url("/"))));
        ASSERT_FALSE(flow);
        EXPECT_EQ(flow.error().reason, Reason::invalid_json);
    }
}

TEST(Session, the_twiml_set_goes_with_every_request)
{
    HttpPeer peer{documents()};
    Sessions sessions;
    const auto session = sessions.make(node(peer.url("/p"), twiml_post), ann());
    ASSERT_TRUE(sessions.begin(*session));
    session->set_call_status("in-progress");
    ASSERT_TRUE(sessions.ask(*session, {}));

    const auto requests = peer.requests();
    ASSERT_EQ(requests.size(), 2u);
    EXPECT_EQ(Told(requests[0])["CallStatus"], "ringing");
    EXPECT_EQ(Told(requests[1])["CallStatus"], "in-progress");
    for (const auto& request : requests) {
        const Told told(request);
        EXPECT_EQ(told["CallSid"], "c1");
        EXPECT_EQ(told["AccountSid"], "a1");
        EXPECT_EQ(told["From"], "+14155550100");
        EXPECT_EQ(told["Caller"], "+14155550100");
        EXPECT_EQ(told["To"], "+14155550199");
        EXPECT_EQ(told["Called"], "+14155550199");
        EXPECT_EQ(told["ApiVersion"], "2010-04-01");
        EXPECT_EQ(told["Direction"], "inbound");
        EXPECT_EQ(told["CallerName"], "Ann");
        EXPECT_EQ(told["SipHeader_X-Tag"], "t");
        EXPECT_EQ(told["SipHeader_Diversion"], "-");
    }
}

TEST(Session, digits_are_of_one_request)
{
    HttpPeer peer{documents()};
    Sessions sessions;
    const auto session = sessions.make(node(peer.url("/p"), twiml_post));
    ASSERT_TRUE(sessions.begin(*session));
    ASSERT_TRUE(sessions.ask(*session, gathered("42#")));
    session->set_variable("lang", "fr");
    ASSERT_TRUE(sessions.ask(*session, {"/next", Method::post, {}}));
    ASSERT_TRUE(sessions.ask(*session, gathered("7")));

    const auto requests = peer.requests();
    EXPECT_EQ(Told(requests[0])["Digits"], "-");
    EXPECT_EQ(Told(requests[1])["Digits"], "42#");
    EXPECT_EQ(Told(requests[2])["Digits"], "-");
    EXPECT_EQ(Told(requests[2])["lang"], "fr");
    EXPECT_EQ(Told(requests[3])["Digits"], "7");
    EXPECT_EQ(session->iteration(), 4);
}

TEST(Session, a_recording_of_a_flow_is_told_with_every_later_request)
{
    HttpPeer peer{documents()};
    Sessions sessions;
    const auto session = sessions.make(node(peer.url("/p"), R"(,"method":"post")"));
    ASSERT_TRUE(sessions.begin(*session));
    session->set_recording("http://r/1.wav", "RE1", 7);
    const std::string as_json =
        node(peer.url("/p"), R"(,"method":"post","req_body_format":"json")");
    for (int i = 0; i < 2; ++i) {
        ASSERT_TRUE(sessions.pivot(*session, *ActionNode::from_json(as_json)));
        EXPECT_THAT(peer.requests().back().body, testing::HasSubstr(R"("Recording-Duration":7)"));
        EXPECT_THAT(peer.requests().back().body,
                    testing::HasSubstr(R"("Recording-Url":"http://r/1.wav")"));
    }
}

// As KAZOO has it for a call that has been with another pivot before.
TEST(Session, what_verbs_left_in_the_call_goes_with_its_first_request)
{
    HttpPeer peer{documents()};
    Sessions sessions;
    Call call = some_call();
    call.key_value_store =
        R"({"digits_collected":"99","dial_call_status":"completed","dial_call_sid":"leg2",)"
        R"("queue_sid":"q1","user_vars":{"lang":"fr","n":2,"CallSid":"x","o":{}}})";
    const auto session = sessions.make(node(peer.url("/p"), twiml_post), call);
    ASSERT_TRUE(sessions.begin(*session));
    session->set_variable("lang", "de");
    ASSERT_TRUE(sessions.ask(*session, {}));
    const auto requests = peer.requests();
    const Told first(requests[0]);
    EXPECT_EQ(first["Digits"], "99");
    EXPECT_EQ(first["DialCallStatus"], "completed");
    EXPECT_EQ(first["DialCallSid"], "leg2");
    EXPECT_EQ(first["QueueSid"], "q1");
    EXPECT_EQ(first["lang"], "fr");
    EXPECT_EQ(first["n"], "2");
    EXPECT_EQ(first["CallSid"], call.call_id);
    EXPECT_EQ(first["o"], "-");
    const Told second(requests[1]);
    EXPECT_EQ(second["Digits"], "-");
    EXPECT_EQ(second["DialCallStatus"], "-");
    EXPECT_EQ(second["lang"], "de");
}

TEST(Session, a_cleared_collection_is_not_told)
{
    HttpPeer peer{documents()};
    Sessions sessions;
    const auto session = sessions.make(node(peer.url("/p"), R"(,"method":"post")"), ann());
    session->set_digits("order", "");
    session->clear_digits("pin");
    session->clear_digits("never");
    ASSERT_TRUE(sessions.begin(*session));
    EXPECT_THAT(peer.requests().back().body, testing::HasSubstr("Digits[order]=&"));
    EXPECT_THAT(peer.requests().back().body, testing::Not(testing::HasSubstr("Digits[pin]")));
    session->clear_digits("order");
    ASSERT_TRUE(sessions.pivot(
        *session, *ActionNode::from_json(node(peer.url("/p"), R"(,"method":"post")"))));
    EXPECT_THAT(peer.requests().back().body, testing::Not(testing::HasSubstr("Digits")));
}

TEST(Session, kazoos_names_and_a_verbs_go_side_by_side)
{
    HttpPeer peer{documents()};
    Sessions sessions;
    const auto session = sessions.make(node(peer.url("/p"), R"(,"method":"post")"), ann());
    ASSERT_TRUE(sessions.begin(*session));
    ASSERT_TRUE(sessions.ask(*session, {"", Method::post, {{"RecordingUrl", "http://r/2"}}}));
    session->set_call_status("completed");
    ASSERT_TRUE(sessions.ask(*session, gathered("9")));

    const auto requests = peer.requests();
    EXPECT_EQ(Told(requests[0])["Digits[pin]"], "12");
    EXPECT_EQ(Told(requests[0])["CallStatus"], "-");
    EXPECT_EQ(Told(requests[1])["Digits[pin]"], "12");
    EXPECT_EQ(Told(requests[1])["RecordingUrl"], "http://r/2");
    EXPECT_EQ(Told(requests[1])["Recording-Url"], "http://r/2");
    EXPECT_EQ(Told(requests[2])["Digits"], "9");
    EXPECT_EQ(Told(requests[2])["Digits[pin]"], "-");
    EXPECT_EQ(Told(requests[2])["CallStatus"], "completed");
    EXPECT_EQ(Told(requests[2])["Call-Status"], "completed");
    EXPECT_EQ(Told(requests[2])["Call-ID"], "c1");
}

TEST(Session, a_verb_goes_before_the_call_and_that_before_a_variable)
{
    HttpPeer peer{documents()};
    Sessions sessions;
    const auto session = sessions.make(node(peer.url("/p"), twiml_post), ann());
    ASSERT_TRUE(sessions.begin(*session));
    for (const auto name : {"CallSid", "Digits", "DialCallStatus", "odd name&="}) {
        session->set_variable(name, "user's");
    }
    session->set_variable("odd name&=", "é");
    ASSERT_TRUE(sessions.ask(
        *session, {"", Method::post, {{"CallSid", "verb's"}, {"DialCallStatus", "busy"}}}));
    const auto requests = peer.requests();
    const Told told(requests.back());
    EXPECT_EQ(told["CallSid"], "verb's");
    EXPECT_EQ(told["DialCallStatus"], "busy");
    EXPECT_EQ(told["Digits"], "user's");
    EXPECT_EQ(told["odd name&="], "é");
}

TEST(Session, what_a_flow_changed_goes_with_a_nested_pivot)
{
    HttpPeer peer{answer()};
    Sessions sessions;
    const auto session = sessions.make(node(peer.url("/one")), ann());
    ASSERT_TRUE(sessions.begin(*session));
    session->set_digits("pin", "34");
    session->set_digits("default", "5");
    session->set_language("fr-fr");
    session->set_caller_id("Bob", "+33123456789");
    session->set_application_variables(R"({"tier":"gold"})");
    auto nested = ActionNode::from_json(
        node(peer.url("/two"), R"(,"method":"post","req_body_format":"json")"), loopback().action);
    ASSERT_TRUE(nested);
    ASSERT_TRUE(sessions.pivot(*session, std::move(*nested)));

    EXPECT_EQ(session->iteration(), 2);
    const auto requests = peer.requests();
    ASSERT_EQ(requests.size(), 2u);
    EXPECT_EQ(requests[1].target, "/two");
    for (const std::string_view part :
         {R"("Digits":{"pin":"34","default":"5"})", R"("Language":"fr-fr")",
          R"("Caller-ID-Name":"Bob")", R"("Custom-Application-Vars":{"tier":"gold"})"}) {
        EXPECT_NE(requests[1].body.find(part), std::string::npos) << requests[1].body;
    }
    EXPECT_NE(session->store().to_json().find(R"("other":{"kept":1})"), std::string::npos);
}

TEST(Session, a_bad_action_fails)
{
    Sessions sessions;
    const auto bad = sessions.make(R"({"module":"pivot","data":{}})");
    auto answered = sessions.begin(*bad);
    ASSERT_FALSE(answered);
    EXPECT_EQ(answered.error().reason, Reason::bad_action);

    HttpPeer peer{answer()};
    const auto session = sessions.make(node(peer.url("/")));
    ASSERT_TRUE(sessions.begin(*session));
    auto nested = ActionNode::from_json(R"({"module":"pivot","data":{"voice_url":"ftp://h/"}})");
    answered = sessions.pivot(*session, std::move(*nested));
    ASSERT_FALSE(answered);
    EXPECT_EQ(answered.error().reason, Reason::bad_action);
    EXPECT_EQ(peer.requests().size(), 1u);
}

TEST(Session, documents_ask_with_forms_and_may_get)
{
    HttpPeer peer{documents()};
    Sessions sessions;
    const auto session =
        sessions.make(node(peer.url("/d/p?x=1"), R"(,"method":"post","req_body_format":"json")"));
    ASSERT_TRUE(sessions.begin(*session));
    ASSERT_TRUE(sessions.ask(*session, gathered("1", "?y=2")));
    ASSERT_TRUE(sessions.ask(*session, {"q#rc=2", Method::get, {{"Digits", "3"}}}));
    ASSERT_TRUE(sessions.ask(*session, {"", Method::post, {}}));

    const auto requests = peer.requests();
    EXPECT_EQ(requests[0].header("content-type"), "application/json");
    EXPECT_EQ(requests[1].header("content-type"), "application/x-www-form-urlencoded");
    EXPECT_EQ(requests[1].target, "/d/p?y=2");
    EXPECT_EQ(requests[2].method, "GET");
    EXPECT_TRUE(requests[2].target.starts_with("/d/q?"));
    EXPECT_EQ(Told(requests[2])["Digits"], "3");
    EXPECT_EQ(requests[3].target, "/d/q") << "without what was added to the query";
}

TEST(Session, references_are_relative_to_where_the_document_came_from)
{
    HttpPeer other{documents()};
    HttpPeer peer{[&](HttpPeer::Exchange& exchange) {
        exchange.reply(302, "text/plain", "", "Location: " + other.url("/deep/er/doc") + "\r\n");
    }};
    Sessions sessions;
    const auto session = sessions.make(node(peer.url("/p"), twiml));
    ASSERT_TRUE(sessions.begin(*session));
    EXPECT_EQ(session->document_url(), other.url("/deep/er/doc"));
    EXPECT_EQ(session->resolve("../a.mp3"), other.url("/deep/a.mp3"));
    EXPECT_EQ(session->resolve("http://else/b.mp3#x"), "http://else/b.mp3#x");
    EXPECT_EQ(session->resolve("mailto:ann@example.com"), "");
}

// RFC 3986, section 5.4, whatever is http.
TEST(Session, references_resolve_as_the_standard_has_them)
{
    Sessions sessions;
    const auto session = sessions.make(node("http://a/b/c/d;p?q"));
    const std::pair<std::string_view, std::string_view> references[] = {
        {"g:h", ""},
        {"g", "http://a/b/c/g"},
        {"./g", "http://a/b/c/g"},
        {"g/", "http://a/b/c/g/"},
        {"/g", "http://a/g"},
        {"//g", "http://g/"},
        {"?y", "http://a/b/c/d;p?y"},
        {"g?y", "http://a/b/c/g?y"},
        {"#s", "http://a/b/c/d;p?q#s"},
        {"g#s", "http://a/b/c/g#s"},
        {"g?y#s", "http://a/b/c/g?y#s"},
        {";x", "http://a/b/c/;x"},
        {"g;x", "http://a/b/c/g;x"},
        {"g;x?y#s", "http://a/b/c/g;x?y#s"},
        {"", "http://a/b/c/d;p?q"},
        {".", "http://a/b/c/"},
        {"./", "http://a/b/c/"},
        {"..", "http://a/b/"},
        {"../", "http://a/b/"},
        {"../g", "http://a/b/g"},
        {"../..", "http://a/"},
        {"../../", "http://a/"},
        {"../../g", "http://a/g"},
        {"../../../g", "http://a/g"},
        {"../../../../g", "http://a/g"},
        {"/./g", "http://a/g"},
        {"/../g", "http://a/g"},
        {"g.", "http://a/b/c/g."},
        {".g", "http://a/b/c/.g"},
        {"g..", "http://a/b/c/g.."},
        {"..g", "http://a/b/c/..g"},
        {"./../g", "http://a/b/g"},
        {"./g/.", "http://a/b/c/g/"},
        {"g/./h", "http://a/b/c/g/h"},
        {"g/../h", "http://a/b/c/h"},
        {"g;x=1/./y", "http://a/b/c/g;x=1/y"},
        {"g;x=1/../y", "http://a/b/c/y"},
        {"g?y/./x", "http://a/b/c/g?y/./x"},
        {"g?y/../x", "http://a/b/c/g?y/../x"},
        {"g#s/./x", "http://a/b/c/g#s/./x"},
        {"g#s/../x", "http://a/b/c/g#s/../x"},
    };
    for (const auto& [reference, expected] : references) {
        EXPECT_EQ(session->resolve(reference), expected) << reference;
    }
}

TEST(Session, credentials_stay_where_a_reference_names_no_host)
{
    HttpPeer peer{documents()};
    Sessions sessions;
    auto url = peer.url("/p");
    url.insert(7, "ann:s%40cret@");
    const auto session = sessions.make(node(url, twiml_post));
    ASSERT_TRUE(sessions.begin(*session));
    ASSERT_TRUE(sessions.ask(*session, {"/next", Method::post, {}}));
    const auto requests = peer.requests();
    EXPECT_FALSE(requests[0].header("authorization").empty());
    EXPECT_EQ(requests[0].header("authorization"), requests[1].header("authorization"));
}

TEST(Session, cookies_go_back_also_those_of_a_redirect)
{
    HttpPeer peer{[](HttpPeer::Exchange& exchange) {
        if (exchange.request.target.starts_with("/start")) {
            exchange.reply(
                302, "text/plain", "",
                "Location: /doc\r\nSet-Cookie: a=1; Path=/\r\nSet-Cookie: b=2; Path=/\r\n");
        } else {
            exchange.reply(200, "text/xml", say_hello, "Set-Cookie: c=3; Path=/\r\n");
        }
    }};
    Sessions sessions;
    const auto session = sessions.make(node(peer.url("/start"), twiml));
    ASSERT_TRUE(sessions.begin(*session));
    ASSERT_TRUE(sessions.ask(*session, {"/next", Method::post, {}}));
    const auto other = sessions.make(node(peer.url("/other"), twiml));
    ASSERT_TRUE(sessions.begin(*other));

    const auto requests = peer.requests();
    ASSERT_EQ(requests.size(), 4u);
    EXPECT_EQ(requests[0].header("cookie"), "");
    EXPECT_EQ(requests[1].header("cookie"), "a=1; b=2");
    EXPECT_EQ(requests[2].header("cookie"), "a=1; b=2; c=3");
    EXPECT_EQ(requests[3].header("cookie"), "") << "of another session";
}

TEST(Session, a_call_cannot_ask_for_ever)
{
    HttpPeer peer{documents()};
    auto config = loopback();
    config.session.iterations_max = 3;
    Sessions sessions(config);
    const auto session = sessions.make(node(
        peer.url("/"), R"(,"req_format":"twiml","fallback_url":")" + peer.url("/fallback") + '"'));
    ASSERT_TRUE(sessions.begin(*session));
    ASSERT_TRUE(sessions.ask(*session, {}));
    session::Request waiting;
    waiting.is_counted = false;
    ASSERT_TRUE(sessions.ask(*session, waiting));
    ASSERT_TRUE(sessions.ask(*session, {}));
    const auto answered = sessions.ask(*session, {});
    ASSERT_FALSE(answered);
    EXPECT_EQ(answered.error().reason, Reason::redirect);
    EXPECT_EQ(peer.requests().size(), 4u);
    EXPECT_TRUE(sessions.ask(*session, waiting)) << "to wait uses up none";
}

TEST(Session, variables_have_a_limit)
{
    HttpPeer peer{documents()};
    Sessions sessions;
    const auto session = sessions.make(node(peer.url("/"), twiml_post));
    for (int i = 0; i < 1'000; ++i) session->set_variable("v" + std::to_string(i), "x");
    session->set_variable("large", std::string(100'000, 'x'));
    session->set_variable("v0", "changed");
    ASSERT_TRUE(sessions.begin(*session));
    const Told told(peer.requests().front());
    EXPECT_EQ(told["v0"], "changed");
    EXPECT_EQ(told["v255"], "x");
    EXPECT_EQ(told["v256"], "-");
    EXPECT_EQ(told["large"], "-");
}

}  // namespace
}  // namespace pivot::test
