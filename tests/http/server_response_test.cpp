#include "http/server_response.hpp"

#include <string>

#include <gtest/gtest.h>

namespace pivot::http {
namespace {

std::string text_of(const ServerResponse& response, const Sending& how)
{
    std::string text;
    const std::string_view rest = append_response(text, response, how);
    EXPECT_EQ(rest.empty(), how.is_head || response.body.size() <= 65'536);
    text += rest;
    return text;
}

TEST(ServerResponse, keeps_a_long_body_apart)
{
    ServerResponse response;
    response.body.assign(65'537, 'x');
    const std::string text = text_of(response, {});
    EXPECT_TRUE(text.ends_with("\r\n\r\n" + response.body));
    EXPECT_NE(text.find("Content-Length: 65537\r\n"), text.npos);
    EXPECT_TRUE(text_of(response, {.is_head = true}).ends_with("\r\n\r\n"));
}

TEST(ServerResponse, has_a_date_a_length_and_the_headers_of_all_responses)
{
    ServerResponse response;
    response.content_type = "text/plain";
    response.body = "body";
    response.headers = {{"Allow", "GET"}};
    const Sending how = {.unix_ms = 784'111'777'000, .headers = "X-A: b\r\n"};
    EXPECT_EQ(text_of(response, how),
              "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nX-A: b\r\nAllow: GET\r\n"
              "Content-Type: text/plain\r\nContent-Length: 4\r\n\r\nbody");
}

TEST(ServerResponse, leaves_out_what_a_head_and_a_status_do_not_have)
{
    ServerResponse response;
    response.content_type = "text/plain";
    response.body = "body";
    const std::string head = text_of(response, {.is_head = true, .closes = true});
    EXPECT_TRUE(head.ends_with("Content-Length: 4\r\nConnection: close\r\n\r\n")) << head;

    response.status = 204;
    const std::string empty = text_of(response, {});
    EXPECT_EQ(empty.find("Content-Length"), empty.npos);
    EXPECT_TRUE(empty.ends_with("\r\n\r\n"));

    response.status = 101;
    response.headers = {{"Upgrade", "websocket"}, {"Connection", "Upgrade"}};
    const std::string upgrade = text_of(response, {.closes = true});
    EXPECT_TRUE(upgrade.ends_with("Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n")) << upgrade;
}

TEST(ServerResponse, says_what_is_wrong_as_json)
{
    const ServerResponse response = error_response(404, "no \"/x\" here");
    EXPECT_EQ(response.content_type, "application/json");
    EXPECT_EQ(response.body, "{\"error\":\"no \\\"/x\\\" here\"}\n");
}

}  // namespace
}  // namespace pivot::http
