#include "http/web_socket_handshake.hpp"

#include "net/address_policy.hpp"

#include <set>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace pivot::http {
namespace {

// RFC 6455, section 1.3.
constexpr std::string_view key = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr std::string_view accepted = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

UpgradeWish wish(std::string protocol = {})
{
    return {.key = std::string(key), .protocol = std::move(protocol), .headers = {}};
}

std::string good_response(const std::string& more = "")
{
    return "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
           std::string(accepted) + "\r\n" + more;
}

Result<void> judge(int status, const std::string& headers, const UpgradeWish& wished = wish())
{
    Response response;
    response.status = status;
    response.headers = headers;
    return judge_upgrade(response, wished);
}

std::string why_not(int status, const std::string& headers, const UpgradeWish& wished = wish())
{
    const auto judged = judge(status, headers, wished);
    return judged ? "it opens" : judged.error().message;
}

std::string good_request(const std::string& more = "")
{
    return "Host: a.example\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n"
           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " +
           std::string(key) + "\r\n" + more;
}

int refusal(std::string_view method, const std::string& headers)
{
    const auto judged = judge_upgrade_request(method, headers);
    return judged ? 0 : judged.error().status;
}

std::string without(std::string text, std::string_view part)
{
    return text.erase(text.find(part), part.size());
}

TEST(WebSocketHandshake, the_key_of_the_example_of_rfc_6455_is_accepted)
{
    EXPECT_EQ(web_socket_accept(key), accepted);
}

TEST(WebSocketHandshake, each_key_is_new)
{
    std::set<std::string> keys;
    for (int i = 0; i < 100; ++i) keys.insert(make_web_socket_key());
    EXPECT_EQ(keys.size(), 100U);
    for (const std::string& one : keys) EXPECT_EQ(one.size(), 24U);
}

TEST(WebSocketHandshake, ws_and_wss_are_read_as_http_and_https)
{
    EXPECT_EQ(parse_web_socket_url("ws://a.example/x")->to_text(), "http://a.example/x");
    EXPECT_EQ(parse_web_socket_url("WSS://a.example:8443/")->port, 8443);
    EXPECT_EQ(parse_web_socket_url("wss://a.example/")->scheme, Scheme::https);
    EXPECT_EQ(parse_web_socket_url("https://a.example/")->scheme, Scheme::https);
    EXPECT_FALSE(parse_web_socket_url("ftp://a.example/"));
}

TEST(WebSocketHandshake, a_request_is_what_a_server_accepts)
{
    const net::AddressPolicy policy;
    const Destination destination(*parse_web_socket_url("ws://ann:pw@a.example/chat?x=1"),
                                  {policy});
    UpgradeWish wished = wish("ari");
    wished.headers = "X-More: 1\r\n";
    std::string message;
    append_upgrade_request(message, destination, wished);
    EXPECT_TRUE(message.starts_with("GET /chat?x=1 HTTP/1.1\r\nHost: a.example\r\n")) << message;
    EXPECT_TRUE(message.ends_with("X-More: 1\r\n\r\n")) << message;
    EXPECT_NE(message.find("Authorization: Basic "), message.npos);
    const auto judged = judge_upgrade_request("GET", message.substr(message.find('\n') + 1));
    ASSERT_TRUE(judged);
    EXPECT_EQ(judged->key, key);
    EXPECT_EQ(judged->protocols, std::vector<std::string>{"ari"});
}

TEST(WebSocketHandshake, a_response_opens_it)
{
    EXPECT_TRUE(judge(101, good_response()));
    EXPECT_TRUE(judge(101, good_response("Sec-WebSocket-Protocol: ari\r\n"), wish("ari")));
    EXPECT_TRUE(judge(101, good_response(), wish("ari")));
}

TEST(WebSocketHandshake, a_response_that_breaks_a_rule_does_not_open_it)
{
    const std::string lead = "the response does not open a WebSocket: ";
    EXPECT_EQ(why_not(101, without(good_response(), "Upgrade: websocket\r\n")),
              lead + "its Upgrade is not websocket");
    EXPECT_EQ(why_not(101, without(good_response(), "Connection: Upgrade\r\n")),
              lead + "its Connection is not Upgrade");
    EXPECT_EQ(why_not(101, without(good_response(), "s3p")),
              lead + "its Sec-WebSocket-Accept is not that of our key");
    EXPECT_EQ(why_not(101, good_response("Sec-WebSocket-Accept: other\r\n")),
              lead + "its Sec-WebSocket-Accept is not that of our key");
    EXPECT_EQ(why_not(101, good_response("Sec-WebSocket-Extensions: permessage-deflate\r\n")),
              lead + "it has extensions, which were not offered");
    EXPECT_EQ(why_not(101, good_response("Sec-WebSocket-Protocol: chat\r\n")),
              lead + "the subprotocol chat was not offered");
    EXPECT_EQ(why_not(101, good_response("Sec-WebSocket-Protocol: chat\r\n"), wish("ari")),
              lead + "the subprotocol chat was not offered");
}

TEST(WebSocketHandshake, another_status_says_what_is_wrong)
{
    const std::string lead = "the server refused the WebSocket with ";
    EXPECT_EQ(why_not(401, ""), lead + "401: wrong user or password");
    EXPECT_EQ(why_not(403, ""), lead + "403: this user may not open it");
    EXPECT_EQ(why_not(404, ""), lead + "404: there is nothing at this path");
    EXPECT_EQ(why_not(302, ""), lead + "302: redirects are not followed");
    EXPECT_EQ(why_not(200, good_response()), lead + "200");
    EXPECT_EQ(judge(500, "").error().reason, Reason::status);
}

TEST(WebSocketHandshake, a_server_refuses_what_is_not_an_upgrade)
{
    EXPECT_EQ(refusal("GET", good_request()), 0);
    EXPECT_EQ(refusal("POST", good_request()), 405);
    EXPECT_EQ(refusal("GET", without(good_request(), "Upgrade: WebSocket\r\n")), 426);
    EXPECT_EQ(refusal("GET", without(good_request(), ", Upgrade")), 426);
    EXPECT_EQ(refusal("GET", without(good_request(), "Sec-WebSocket-Version: 13\r\n")), 426);
    EXPECT_EQ(refusal("GET", good_request("Sec-WebSocket-Version: 8\r\n")), 426);
    EXPECT_EQ(refusal("GET", without(good_request(), "dGhl")), 400);
    EXPECT_EQ(refusal("GET", good_request("Sec-WebSocket-Key: again\r\n")), 400);
    EXPECT_EQ(refusal("GET", good_request("Sec-WebSocket-Protocol: a b\r\n")), 400);
    EXPECT_EQ(judge_upgrade_request("POST", "").error().headers, "Allow: GET\r\n");
}

TEST(WebSocketHandshake, the_response_of_a_server_opens_it)
{
    const auto request = judge_upgrade_request(
        "GET", good_request("Sec-WebSocket-Protocol: x, ari\r\nSec-WebSocket-Protocol: y\r\n"));
    ASSERT_TRUE(request);
    EXPECT_EQ(request->protocols, (std::vector<std::string>{"x", "ari", "y"}));
    const std::string head = upgrade_response(*request, "ari");
    constexpr std::string_view line = "HTTP/1.1 101 Switching Protocols\r\n";
    ASSERT_TRUE(head.starts_with(line) && head.ends_with("\r\n\r\n"));
    EXPECT_TRUE(judge(101, head.substr(line.size()), wish("ari")));
}

}  // namespace
}  // namespace pivot::http
