#include "http/response.hpp"

#include "exact.hpp"
#include "gzip.hpp"
#include "http/decoding.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace pivot::http {
namespace {

using test::gzip;

struct Parsed {
    Result<void> result;
    bool is_complete = false;
    bool can_reuse = false;
    Response response;
};

void decode(Parsed& parsed, const ResponseLimits& limits)
{
    Decoding decoding(parsed.response, limits);
    while (parsed.result && !decoding.is_complete()) parsed.result = decoding.decode(1'000);
}

// Feeds `text` in two pieces, then, if `closes`, the end of the stream.
Parsed parse(std::string_view text, std::size_t cut, bool closes, const ResponseLimits& limits = {})
{
    ResponseParser parser(limits);
    Parsed parsed;
    for (const std::string_view piece : {text.substr(0, cut), text.substr(cut)}) {
        if (piece.empty() || parser.is_complete()) continue;
        const ExactCopy exact(piece);
        parsed.result = parser.feed(exact.text());
        if (!parsed.result) return parsed;
    }
    if (closes && !parser.is_complete()) parsed.result = parser.finish();
    parsed.is_complete = parser.is_complete();
    parsed.can_reuse = parser.can_reuse_connection();
    parsed.response = std::move(parser.response());
    if (parsed.is_complete && parsed.response.is_gzip) decode(parsed, limits);
    return parsed;
}

Parsed parse(std::string_view text, const ResponseLimits& limits = {})
{
    return parse(text, text.size(), true, limits);
}

std::string with_length(std::string_view headers, std::string_view body)
{
    return "HTTP/1.1 200 OK\r\n" + std::string(headers) +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

constexpr std::string_view chunked =
    "HTTP/1.1 200 OK\r\ncontent-TYPE: application/json; charset=utf-8\r\nTransfer-Encoding: "
    "chunked\r\n\r\n"
    "4\r\n{\"a\"\r\n3;x=y\r\n:1}\r\n0\r\nTrailer: yes\r\n\r\n";

TEST(Response, is_the_same_wherever_its_bytes_are_cut)
{
    for (std::size_t cut = 0; cut <= chunked.size(); ++cut) {
        const Parsed parsed = parse(chunked, cut, false);
        ASSERT_TRUE(parsed.is_complete) << cut;
        EXPECT_EQ(parsed.response.status, 200);
        EXPECT_EQ(parsed.response.content_type, "application/json; charset=utf-8");
        EXPECT_EQ(parsed.response.body, "{\"a\":1}");
        EXPECT_TRUE(parsed.can_reuse);
    }
}

// RFC 9112, section 7.1, and old servers that write blanks after a size.
TEST(Response, in_chunks_with_extensions_and_blanks_is_whole_wherever_it_is_cut)
{
    for (const std::string line : {"5;a=b;c=d", "5 ;a=b", "5  ", "5\t", "5 ; a = \"b;\\\"\\r\" ; c",
                                   "5;a", "0005;a=b ", "5;a=\"\""}) {
        const std::string text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + line +
                                 "\r\n{\"a\":\r\n2\r\n1}\r\n0;last \r\nTrailer: yes\r\n\r\n";
        for (std::size_t cut = 0; cut <= text.size(); ++cut) {
            const Parsed parsed = parse(text, cut, false);
            ASSERT_TRUE(parsed.is_complete) << line << ", cut at " << cut;
            EXPECT_EQ(parsed.response.body, "{\"a\":1}");
            EXPECT_TRUE(parsed.can_reuse);
        }
    }
}

TEST(Response, that_is_cut_off_is_closed_or_incomplete_never_complete)
{
    const std::string whole = with_length("", "{\"a\":1}");
    for (const std::string_view text : {chunked, std::string_view(whole)}) {
        for (std::size_t size = 1; size < text.size(); ++size) {
            const Parsed parsed = parse(text.substr(0, size), size / 2, true);
            ASSERT_FALSE(parsed.result) << size;
            EXPECT_EQ(parsed.result.error().reason, Reason::closed) << size;
        }
    }
}

TEST(Response, without_a_length_lasts_until_the_peer_closes_and_ends_the_connection)
{
    const Parsed parsed = parse("HTTP/1.1 200 OK\r\n\r\n{}");
    ASSERT_TRUE(parsed.is_complete);
    EXPECT_EQ(parsed.response.body, "{}");
    EXPECT_FALSE(parsed.can_reuse);
}

TEST(Response, of_a_1xx_is_skipped)
{
    const Parsed parsed = parse(
        "HTTP/1.1 100 Continue\r\nContent-Type: no/no\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: "
        "</x>\r\n\r\n" +
        with_length("Content-Type: a/b\r\n", "{}"));
    ASSERT_TRUE(parsed.is_complete);
    EXPECT_EQ(parsed.response.status, 200);
    EXPECT_EQ(parsed.response.content_type, "a/b");
}

// RFC 9112, section 6.3: a 1xx ends with the empty line, whatever its headers say.
TEST(Response, of_a_1xx_spoils_nothing_whatever_its_headers_say)
{
    for (const std::string interim : {"HTTP/1.1 100 Continue\r\nContent-Length: 5\r\n\r\n",
                                      "HTTP/1.1 103 Hints\r\nTransfer-Encoding: chunked\r\n\r\n",
                                      "HTTP/1.1 100 Continue\r\nConnection: close\r\n\r\n",
                                      "HTTP/1.1 100 Continue\r\nTransfer-Encoding: gzip\r\n\r\n",
                                      "HTTP/1.0 100 Continue\r\n\r\n"}) {
        const std::string text = interim + with_length("Content-Type: a/b\r\n", "{}");
        for (std::size_t cut = 0; cut <= text.size(); ++cut) {
            const Parsed parsed = parse(text, cut, false);
            ASSERT_TRUE(parsed.is_complete) << interim << ", cut at " << cut;
            EXPECT_EQ(parsed.response.body, "{}");
            EXPECT_TRUE(parsed.can_reuse) << interim;
        }
    }
}

TEST(Response, to_an_upgrade_nobody_asked_for_is_a_protocol_failure)
{
    const Parsed parsed =
        parse("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n");
    ASSERT_FALSE(parsed.result);
    EXPECT_EQ(parsed.result.error().reason, Reason::protocol);
}

TEST(Response, without_content_is_complete_at_once)
{
    for (const char* text : {"HTTP/1.1 204 No Content\r\n\r\n",
                             "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"}) {
        const Parsed parsed = parse(text, 10, false);
        EXPECT_TRUE(parsed.is_complete) << text;
        EXPECT_TRUE(parsed.response.body.empty());
    }
}

TEST(Response, that_is_not_http_is_a_protocol_failure)
{
    for (const char* text : {
             "garbage\r\n\r\n",
             "HTTP/1.1 20 OK\r\n\r\n",
             "HTTP/2.0 200 OK\r\n\r\n",
             "HTTP/1.1 200 OK\r\nbad header\r\n\r\n",
             "HTTP/1.1 200 OK\r\nName : x\r\n\r\n",
             "HTTP/1.1 200 OK\r\n: z\r\nContent-Length: 0\r\n\r\n",
             "HTTP/1.1 200 OK\r\n:\r\nContent-Length: 0\r\n\r\n",
             "HTTP/1.1 100 Continue\r\n: z\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n: z\r\n\r\n",
             "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
             "HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nxx",
             "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
             "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n",
             "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n",
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nx",
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\nx",
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"
             "0\r\n\r\n",
         }) {
        const Parsed parsed = parse(text);
        ASSERT_FALSE(parsed.result) << text;
        EXPECT_EQ(parsed.result.error().reason, Reason::protocol) << text;
        EXPECT_EQ(parsed.result.error().phase, Phase::read);
    }
}

TEST(Response, with_bytes_after_it_is_good_but_its_connection_is_not)
{
    const Parsed parsed = parse(with_length("", "{}") + "surplus");
    ASSERT_TRUE(parsed.is_complete);
    EXPECT_EQ(parsed.response.body, "{}");
    EXPECT_FALSE(parsed.can_reuse);
}

TEST(Response, says_whether_its_connection_can_be_kept)
{
    EXPECT_TRUE(parse(with_length("", "{}")).can_reuse);
    EXPECT_FALSE(parse(with_length("Connection: close\r\n", "{}")).can_reuse);
    EXPECT_FALSE(parse("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}").can_reuse);
    EXPECT_TRUE(parse("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n{}")
                    .can_reuse);
}

TEST(Response, says_how_long_its_server_keeps_the_connection)
{
    const auto keep_alive = [](const std::string& headers) {
        ResponseParser parser;
        EXPECT_TRUE(parser.feed(with_length(headers, "{}"))) << headers;
        return parser.keep_alive();
    };
    using std::chrono::seconds;
    EXPECT_EQ(keep_alive("Keep-Alive: timeout=5, max=100\r\n"), seconds(5));
    EXPECT_EQ(keep_alive("keep-alive: max=1 ,\tTIMEOUT = 72\r\n"), seconds(72));
    EXPECT_EQ(keep_alive("Keep-Alive: timeout=0\r\n"), seconds(0));
    EXPECT_EQ(keep_alive("Keep-Alive: timeout=5\r\nKeep-Alive: timeout=6\r\n"), seconds(6));
    for (const char* none :
         {"", "Keep-Alive: max=5\r\n", "Keep-Alive: timeout=x\r\n", "Keep-Alive: timeout\r\n",
          "Keep-Alive: timeout=-1\r\n", "Keep-Alive:\r\n", "Keep-Alive: timeout=99999999999\r\n"}) {
        EXPECT_EQ(keep_alive(none), std::nullopt) << none;
    }
}

TEST(Response, over_a_limit_is_too_large)
{
    const ResponseLimits limits{.head_bytes_max = 100, .body_bytes_max = 10};
    const std::string eleven(11, 'x');
    for (const std::string& text : {
             with_length("X: " + std::string(200, 'h') + "\r\n", ""),
             with_length("", eleven),
             "HTTP/1.1 200 OK\r\n\r\n" + eleven,
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n" + eleven +
                 "\r\n0\r\n\r\n",
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nT: " +
                 std::string(200, 't') + "\r\n\r\n",
             with_length("Content-Encoding: gzip\r\n", gzip(eleven)).substr(0, 300),
         }) {
        const Parsed parsed = parse(text, limits);
        ASSERT_FALSE(parsed.result) << text;
        EXPECT_EQ(parsed.result.error().reason, Reason::too_large) << text;
    }
}

// A peer that sends for ever without saying anything keeps a lane busy until the deadline.
TEST(Response, of_bytes_that_are_neither_headers_nor_body_has_a_limit_too)
{
    const ResponseLimits limits{.head_bytes_max = 1'000, .body_bytes_max = 10'000};
    const auto repeat = [](std::string_view text, int times) {
        std::string out;
        for (int i = 0; i < times; ++i) out += text;
        return out;
    };
    const std::string chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (const std::string& text : {
             repeat("HTTP/1.1 100 \r\n\r\n", 100),
             chunks + "1;a=" + std::string(1'000, 'x'),
             chunks + std::string(1'000, '0'),
             chunks + repeat("1;a\r\nx\r\n", 1'000),
             with_length("Content-Encoding: gzip\r\n", repeat(gzip(""), 100)),
         }) {
        const Parsed parsed = parse(text, limits);
        ASSERT_FALSE(parsed.result) << text.substr(0, 60);
        EXPECT_EQ(parsed.result.error().reason, Reason::too_large) << text.substr(0, 60);
    }
}

TEST(Response, in_many_small_chunks_is_not_over_a_limit)
{
    std::string text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (int i = 0; i < 10'000; ++i) text += "1\r\nx\r\n";
    const Parsed parsed =
        parse(text + "0\r\n\r\n", {.head_bytes_max = 100, .body_bytes_max = 10'000});
    ASSERT_TRUE(parsed.is_complete);
    EXPECT_EQ(parsed.response.body.size(), 10'000u);
}

TEST(Response, headers_end_before_their_trailing_blanks)
{
    const Parsed parsed =
        parse(with_length("Content-Encoding: gzip \r\nContent-Type: a/b\t \r\n", gzip("{}")));
    ASSERT_TRUE(parsed.is_complete);
    EXPECT_EQ(parsed.response.body, "{}");
    EXPECT_EQ(parsed.response.content_type, "a/b");
}

TEST(Response, in_gzip_is_decoded_wherever_it_is_cut)
{
    const std::string body(10'000, 'z');
    const std::string text = with_length("Content-Encoding: GZIP\r\n", gzip(body));
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        const Parsed parsed = parse(text, cut, false);
        ASSERT_TRUE(parsed.is_complete) << cut;
        EXPECT_EQ(parsed.response.body, body);
    }
}

TEST(Response, in_gzip_of_two_members_is_decoded_whole)
{
    EXPECT_EQ(
        parse(with_length("Content-Encoding: gzip\r\n", gzip("one, ") + gzip("two"))).response.body,
        "one, two");
}

TEST(Response, in_a_broken_or_unknown_encoding_is_a_protocol_failure)
{
    const std::string whole = gzip("{\"a\":1}");
    for (const std::string& text : {
             with_length("Content-Encoding: gzip\r\n", "not gzip at all"),
             with_length("Content-Encoding: gzip\r\n", whole.substr(0, whole.size() - 4)),
             with_length("Content-Encoding: gzip\r\n", whole.substr(0, 5)),
             with_length("Content-Encoding: br\r\n", "x"),
         }) {
        const Parsed parsed = parse(text);
        ASSERT_FALSE(parsed.result) << text;
        EXPECT_EQ(parsed.result.error().reason, Reason::protocol);
    }
}

TEST(Response, with_two_headers_that_contradict_each_other_is_a_protocol_failure)
{
    for (const char* headers : {"Location: http://a/\r\nLocation: /b\r\n",
                                "Content-Type: text/html\r\ncontent-type: a/b\r\n",
                                "Content-Encoding: gzip\r\nContent-Encoding: br\r\n"}) {
        const Parsed parsed = parse(with_length(headers, "{}"));
        ASSERT_FALSE(parsed.result) << headers;
        EXPECT_EQ(parsed.result.error().reason, Reason::protocol);
    }
    EXPECT_TRUE(parse(with_length("Content-Type: a/b\r\nContent-Type: a/b\r\n", "{}")).is_complete);
}

TEST(Response, has_a_content_type_that_a_log_can_take)
{
    const Parsed parsed =
        parse(with_length("Content-Type: a\xff\xfe/" + std::string(1'000, 'b') + "\r\n", "{}"));
    ASSERT_TRUE(parsed.is_complete);
    EXPECT_EQ(parsed.response.content_type,
              "a\xEF\xBF\xBD\xEF\xBF\xBD/" + std::string(196, 'b'));
}

TEST(Response, names_where_a_redirect_goes)
{
    EXPECT_EQ(parse("HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n")
                  .response.location,
              "/there");
}

TEST(Response, headers_are_kept_for_the_caller_wherever_they_are_cut)
{
    const std::string_view text =
        "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
        "HTTP/1.1 200 OK\r\nSet-Cookie: a=1; Path=/\r\nX-Empty:\r\nset-cookie:b=2\r\n"
        "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX-Trailer: t\r\n\r\n";
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        ResponseParser parser;
        parser.keep_headers();
        for (const std::string_view piece : {text.substr(0, cut), text.substr(cut)}) {
            const ExactCopy exact(piece);
            if (!piece.empty()) {
                EXPECT_TRUE(parser.feed(exact.text()));
            }
        }
        const Response& response = parser.response();
        EXPECT_EQ(response.headers,
                  "Set-Cookie: a=1; Path=/\r\nX-Empty: \r\nset-cookie: b=2\r\n"
                  "Transfer-Encoding: chunked\r\n")
            << cut;
        const std::vector<std::string_view> cookies = {"a=1; Path=/", "b=2"};
        EXPECT_EQ(response.values_of("set-cookie"), cookies);
    }
}

TEST(Response, headers_are_not_kept_for_who_does_not_ask)
{
    EXPECT_EQ(parse("HTTP/1.1 204 No Content\r\nSet-Cookie: a=1\r\n\r\n").response.headers, "");
}

}  // namespace
}  // namespace pivot::http
