// What a web server receives.
#include "engine/engine_fixture.hpp"
#include "session/session_fixture.hpp"

#include <map>

namespace pivot::test {
namespace {

constexpr std::string_view parameters =
    "Account-ID=4642d64460dfba89f0938fa7736c6d1b&Api-Version=4.x&Call-ID=a1b2%4010.26.0.158"
    "&Caller-ID-Name=Ann+Lee&Caller-ID-Number=%2B14155550100&Custom-SIP-Headers[X-Tag]=a+b"
    "&Digits[default]=42&Digits[pin]=1%23&Direction=inbound&From=user_ann"
    "&From-Realm=acme.sip.example.com&Language=en-us&Request=%2B14155550199"
    "&Request-Realm=acme.sip.example.com&To=4155550199&To-Realm=acme.sip.example.com"
    "&User-ID=9afa4973c3b4440f522955fc026c33a9";

// Ann calls an IVR; two collections of digits and one SIP header came with her.
Call ann()
{
    return *Call::from_json(R"({
        "Account-ID": "4642d64460dfba89f0938fa7736c6d1b",
        "Call-ID": "a1b2@10.26.0.158",
        "Caller-ID-Name": "Ann Lee",
        "Caller-ID-Number": "+14155550100",
        "Custom-SIP-Headers": {"X-Tag": "a b"},
        "From": "user_ann@acme.sip.example.com",
        "Key-Value-Store": {"dtmf_collections": {"default": "42", "pin": "1#"}},
        "Language": "en-us",
        "Owner-ID": "9afa4973c3b4440f522955fc026c33a9",
        "Request": "+14155550199@acme.sip.example.com",
        "To": "4155550199@acme.sip.example.com"})");
}

// The request that a peer receives for this target, and the outcome's URL without its origin.
struct Asked {
    test::Request request;
    std::string url;
};

Asked asked(std::string_view target, std::string_view more = "", Call call = ann())
{
    HttpPeer peer{answer()};
    Pivots pivots;
    const auto origin = peer.url("");
    const auto outcome =
        pivots.run(request_of(node(origin + std::string(target), more), std::move(call)));
    EXPECT_TRUE(is_processed(outcome));
    EXPECT_TRUE(outcome.exchange->url.starts_with(origin)) << outcome.exchange->url;
    return {peer.requests().at(0), outcome.exchange->url.substr(origin.size())};
}

TEST(Request, a_get_has_the_parameters_in_its_query_in_their_documented_order)
{
    const auto get = asked("/flow");
    EXPECT_EQ(get.request.method, "GET");
    EXPECT_EQ(get.request.version, "HTTP/1.1");
    EXPECT_EQ(get.request.target, "/flow?" + std::string(parameters));
    EXPECT_EQ(get.url, get.request.target);
    EXPECT_EQ(get.request.body, "");
    EXPECT_EQ(get.request.header("content-type"), "");
    EXPECT_EQ(get.request.header("content-length"), "");
}

TEST(Request, a_query_that_is_there_is_continued)
{
    const std::string sent(parameters);
    EXPECT_EQ(asked("/flow?a=1").request.target, "/flow?a=1&" + sent);
    EXPECT_EQ(asked("/flow?").request.target, "/flow?" + sent);
    EXPECT_EQ(asked("").request.target, "/?" + sent);
    EXPECT_EQ(asked("?a=1").request.target, "/?a=1&" + sent);
}

TEST(Request, a_fragment_is_dropped)
{
    const auto get = asked("/flow?a=1#part");
    EXPECT_EQ(get.request.target, "/flow?a=1&" + std::string(parameters));
    EXPECT_EQ(asked("/flow#part", R"(,"method":"post")").request.target, "/flow");
}

TEST(Request, a_post_has_the_parameters_as_a_form)
{
    for (const auto* more :
         {R"(,"method":"post")", R"(,"method":"POST","req_body_format":"form")"}) {
        const auto post = asked("/flow?a=1", more);
        EXPECT_EQ(post.request.method, "POST");
        EXPECT_EQ(post.request.target, "/flow?a=1");
        EXPECT_EQ(post.request.body, parameters);
        EXPECT_EQ(post.request.header("content-type"), "application/x-www-form-urlencoded");
        EXPECT_EQ(post.request.header("content-length"), std::to_string(parameters.size()));
        EXPECT_EQ(post.url, "/flow?a=1");
    }
}

TEST(Request, a_post_may_have_the_parameters_as_json)
{
    const auto post = asked("/flow", R"(,"method":"post","req_body_format":"json")");
    EXPECT_EQ(post.request.body,
              R"({"Account-ID":"4642d64460dfba89f0938fa7736c6d1b","Api-Version":"4.x",)"
              R"("Call-ID":"a1b2@10.26.0.158","Caller-ID-Name":"Ann Lee",)"
              R"("Caller-ID-Number":"+14155550100","Custom-Application-Vars":{},)"
              R"("Custom-SIP-Headers":{"X-Tag":"a b"},"Digits":{"default":"42","pin":"1#"},)"
              R"("Direction":"inbound","From":"user_ann","From-Realm":"acme.sip.example.com",)"
              R"("Language":"en-us","Request":"+14155550199",)"
              R"("Request-Realm":"acme.sip.example.com","To":"4155550199",)"
              R"("To-Realm":"acme.sip.example.com","User-ID":"9afa4973c3b4440f522955fc026c33a9"})");
    EXPECT_EQ(post.request.header("content-type"), "application/json");
    EXPECT_EQ(post.request.header("content-length"), std::to_string(post.request.body.size()));
}

TEST(Request, a_get_has_a_query_whatever_the_body_format)
{
    const auto get = asked("/flow", R"(,"req_body_format":"json")");
    EXPECT_EQ(get.request.target, "/flow?" + std::string(parameters));
    EXPECT_EQ(get.request.body, "");
}

TEST(Request, twiml_has_names_of_its_own)
{
    const auto get = asked("/flow", R"(,"req_format":"twiml")");
    EXPECT_TRUE(get.request.target.starts_with("/flow?CallSid=a1b2%4010.26.0.158&AccountSid="))
        << get.request.target;
    EXPECT_NE(get.request.target.find("&ApiVersion=2010-04-01&"), std::string::npos);
}

TEST(Request, names_its_agent_and_what_it_accepts)
{
    HttpPeer peer{answer()};
    Pivots pivots;
    pivots.run(node(peer.url("/")));
    const auto request = peer.requests().at(0);
    EXPECT_EQ(request.header("host"), "127.0.0.1:" + std::to_string(peer.port()));
    EXPECT_EQ(request.header("user-agent"), "pivot/0.1.0");
    EXPECT_NE(request.header("accept").find("application/json"), std::string::npos);
    EXPECT_EQ(request.header("authorization"), "");
    std::map<std::string, int> counts;
    for (const auto& [name, value] : request.headers) EXPECT_EQ(++counts[name], 1) << name;
}

TEST(Request, credentials_of_the_url_become_a_header)
{
    HttpPeer peer{answer()};
    Pivots pivots;
    const auto host = "127.0.0.1:" + std::to_string(peer.port());
    for (const auto& [credentials, header] : {std::pair{"ann:s%40crit", "Basic YW5uOnNAY3JpdA=="},
                                              {"ann", "Basic YW5uOg=="},
                                              {"ann:", "Basic YW5uOg=="},
                                              {":pass", "Basic OnBhc3M="}}) {
        const auto outcome =
            pivots.run(node("http://" + std::string(credentials) + "@" + host + "/flow"));
        EXPECT_TRUE(is_processed(outcome));
        const auto request = peer.requests().back();
        EXPECT_EQ(request.header("authorization"), header) << credentials;
        EXPECT_EQ(request.header("host"), host);
        EXPECT_TRUE(request.target.starts_with("/flow?"));
        EXPECT_TRUE(outcome.exchange->url.starts_with("http://" + host + "/flow?"))
            << outcome.exchange->url;
    }
}

TEST(Request, credentials_are_in_no_message)
{
    const RefusingPort port;
    Pivots pivots;
    const auto outcome =
        pivots.run(node("http://ann:secret@127.0.0.1:" + std::to_string(port.port()) + "/"));
    EXPECT_EQ(outcome.to_json().find("secret"), std::string::npos) << outcome.to_json();
}

TEST(Request, a_value_cannot_smuggle_a_header)
{
    auto call = ann();
    call.caller_id_name = "x\r\nX-Evil: 1\r\n\r\nGET /evil HTTP/1.1";
    const auto get = asked("/flow", "", call);
    EXPECT_NE(get.request.target.find("Caller-ID-Name=x%0D%0AX-Evil"), std::string::npos);
    EXPECT_EQ(get.request.header("x-evil"), "");

    call.custom_sip_headers = "{\"a\\r\\nX-Evil: 1\\r\\n b\":\"c\"}";
    EXPECT_EQ(asked("/flow", "", call).request.header("x-evil"), "");
}

TEST(Request, a_large_call_is_sent_whole)
{
    auto call = ann();
    call.custom_application_vars = R"({"x":")" + std::string(2'000'000, 'x') + R"("})";
    const auto post = asked("/flow", R"(,"method":"post")", std::move(call));
    EXPECT_GT(post.request.body.size(), 2'000'000u);
    EXPECT_TRUE(post.request.body.ends_with("&User-ID=9afa4973c3b4440f522955fc026c33a9"));
}

TEST(Request, is_the_one_that_a_session_sends_first)
{
    for (const std::string more :
         {"", R"(,"method":"post")", R"(,"method":"post","req_body_format":"json")"}) {
        HttpPeer peer{answer()};
        Pivots pivots;
        ASSERT_TRUE(is_processed(pivots.run(request_of(node(peer.url("/p?a=1"), more), ann()))));
        Sessions sessions;
        const auto session = sessions.make(node(peer.url("/p?a=1"), more), ann());
        ASSERT_TRUE(sessions.begin(*session));

        auto requests = peer.requests();
        ASSERT_EQ(requests.size(), 2u);
        EXPECT_EQ(requests[0].method, requests[1].method);
        EXPECT_EQ(requests[0].target, requests[1].target);
        for (auto& request : requests) {
            for (auto& [name, value] : request.headers) {
                if (name == "idempotency-key") value = "its own";
            }
        }
        EXPECT_EQ(requests[0].headers, requests[1].headers);
        EXPECT_EQ(requests[0].body, requests[1].body);
    }
}

}  // namespace
}  // namespace pivot::test
