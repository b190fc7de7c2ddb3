#include "http/request_parser.hpp"

#include "exact.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace pivot::http {
namespace {

using namespace std::string_view_literals;

struct Parsed {
    std::vector<RequestHead> requests;
    int status = 0;  // of a refusal; 0 if there was none
    std::string message;
};

// Reads all requests of `text`, which comes in pieces of this size.
Parsed parse(std::string_view text, std::size_t piece_bytes, const RequestLimits& limits = {})
{
    RequestParser parser(limits);
    Parsed parsed;
    for (std::size_t at = 0; at < text.size();) {
        const ExactCopy piece(text.substr(at, piece_bytes));
        std::string_view left = piece.text();
        at += left.size();
        while (!left.empty()) {
            const auto fed = parser.feed(left);
            if (!fed) {
                parsed.status = fed.error().status;
                parsed.message = fed.error().message;
                return parsed;
            }
            left.remove_prefix(*fed);
            if (parser.is_complete()) parsed.requests.push_back(parser.take());
        }
    }
    return parsed;
}

Parsed parse(std::string_view text, const RequestLimits& limits = {})
{
    return parse(text, text.size(), limits);
}

int status_of(std::string_view text)
{
    return parse(text).status;
}

// A head with these lines, besides the request line and the Host.
std::string with(std::string_view lines)
{
    return "POST /a HTTP/1.1\r\nHost: a\r\n" + std::string(lines) + "\r\n";
}

constexpr std::string_view pipeline =
    "GET /readyz?verbose&a=b=c HTTP/1.1\r\nHost: Localhost:9090\r\nAccept:\t*/* \r\n\r\n"
    "\r\nPOST http://a/x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
    "PUT / HTTP/1.1\r\nHost: [::1]:80\r\nTransfer-Encoding: Chunked\r\n\r\n"
    "2\r\nde\r\n1;a=b\r\nf\r\n0\r\nTrailer: x\r\n\r\n"
    "HEAD / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Close, x\r\n\r\n"
    "OPTIONS * HTTP/1.0\r\n\r\n"sv;

TEST(RequestParser, reads_a_pipeline_wherever_it_is_cut)
{
    for (std::size_t piece = 1; piece <= pipeline.size(); ++piece) {
        const Parsed parsed = parse(pipeline, piece);
        ASSERT_EQ(parsed.status, 0) << parsed.message;
        ASSERT_EQ(parsed.requests.size(), 5U);
        const ServerRequest& first = parsed.requests[0].request;
        EXPECT_EQ(first.method, "GET");
        EXPECT_EQ(first.path(), "/readyz");
        EXPECT_EQ(first.query(), "verbose&a=b=c");
        EXPECT_EQ(first.parameter("verbose"), "");
        EXPECT_EQ(first.parameter("a"), "b=c");
        EXPECT_EQ(first.parameter("b"), std::nullopt);
        EXPECT_EQ(first.host, "Localhost:9090");
        EXPECT_EQ(first.values_of("accept"), std::vector{"*/*"sv});
        EXPECT_TRUE(parsed.requests[0].keeps_alive);
        EXPECT_EQ(parsed.requests[1].request.target, "/x");
        EXPECT_EQ(parsed.requests[1].request.body, "abc");
        EXPECT_EQ(parsed.requests[2].request.body, "def");
        EXPECT_FALSE(parsed.requests[3].keeps_alive);
        EXPECT_EQ(parsed.requests[4].request.target, "*");
        EXPECT_FALSE(parsed.requests[4].keeps_alive);
    }
}

TEST(RequestParser, says_when_the_head_has_come_and_that_the_client_waits)
{
    RequestParser parser;
    EXPECT_FALSE(parser.has_head());
    ASSERT_TRUE(parser.feed(with("Expect: 100-Continue\r\nContent-Length: 1\r\n")));
    EXPECT_TRUE(parser.has_head());
    EXPECT_TRUE(parser.expects_continue());
    EXPECT_FALSE(parser.is_complete());
    ASSERT_TRUE(parser.feed("x"));
    EXPECT_TRUE(parser.is_complete());
}

// RFC 9112, section 11.2, and the collections of others.
TEST(RequestParser, refuses_what_two_readers_may_read_differently)
{
    for (const std::string_view lines : {
             "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"sv,
             "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n"sv,
             "Content-Length: 3\r\nContent-Length: 3\r\n"sv,
             "Content-Length: 3\r\nContent-Length: 4\r\n"sv,
             "Content-Length: 3, 3\r\n"sv,
             "Content-Length: +3\r\n"sv,
             "Content-Length: -3\r\n"sv,
             "Content-Length: 0x3\r\n"sv,
             "Content-Length: 3 3\r\n"sv,
             "Content-Length:\r\n"sv,
             "Content-Length: 99999999999999999999\r\n"sv,
             "Content-Length : 3\r\n"sv,
             "Transfer-Encoding : chunked\r\n"sv,
             " Transfer-Encoding: chunked\r\n"sv,
             "X: a\r\n Transfer-Encoding: chunked\r\n"sv,
             "X: a\r\n\tb\r\n"sv,
             "X: a\nTransfer-Encoding: chunked\r\n"sv,
             "X: a\rTransfer-Encoding: chunked\r\n"sv,
             "X: a\r\r\nY: b\r\n"sv,
             "X: a\0b\r\n"sv,
             "X\0: a\r\n"sv,
             "X: a\x0b\r\n"sv,
             "X: a\x7f\r\n"sv,
             "X\r\n"sv,
             ": a\r\n"sv,
             "X Y: a\r\n"sv,
             "X\xc3\xa9: a\r\n"sv,
             "Host: a\r\n"sv,
             "Host: b\r\n"sv,
         }) {
        EXPECT_EQ(status_of(with(lines)), 400) << lines;
    }
}

TEST(RequestParser, refuses_transfer_codings_that_it_does_not_know)
{
    for (const std::string_view value : {"gzip, chunked", "chunked, chunked", "chunked, identity",
                                         "identity", "xchunked", "chunked;q=1", "\"chunked\""}) {
        const int status = status_of(with("Transfer-Encoding: " + std::string(value) + "\r\n"));
        EXPECT_TRUE(status == 501 || status == 400) << value << ": " << status;
    }
    const int twice = status_of(with("Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n"));
    EXPECT_TRUE(twice == 501 || twice == 400) << twice;
    EXPECT_EQ(status_of("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
}

TEST(RequestParser, refuses_request_lines_that_are_not_plain)
{
    const auto status = [](std::string_view line) {
        return status_of(std::string(line) + "\r\nHost: a\r\n\r\n");
    };
    for (const std::string_view line :
         {"GET  / HTTP/1.1"sv, "GET / HTTP/1.1 "sv, "GET /a b HTTP/1.1"sv, " GET / HTTP/1.1"sv,
          "GET /"sv, "GET"sv, "GET\t/ HTTP/1.1"sv, "GET a HTTP/1.1"sv, "GET * HTTP/1.1"sv,
          "GET https://a/ HTTP/1.1"sv, "GET http://b/ HTTP/1.1"sv, "GET http://c@a/ HTTP/1.1"sv,
          "GET /\0 HTTP/1.1"sv, "G\0T / HTTP/1.1"sv, "\x16\x03\x01\x02"sv}) {
        EXPECT_EQ(status(line), 400) << line;
    }
    for (const std::string_view line :
         {"GET / HTTP/2.0", "GET / HTTP/0.9", "GET / HTTP/1.2", "GET / http/1.1", "GET / RTSP/1.0",
          "OPTIONS * RTSP/1.0", "SOURCE / ICE/1.0", "PRI * HTTP/2.0", "GET / HTTP/1.1x"}) {
        EXPECT_EQ(status(line), 505) << line;
    }
    for (const std::string_view line :
         {"get / HTTP/1.1", "BREW / HTTP/1.1", "CONNECT a:80 HTTP/1.1"}) {
        EXPECT_EQ(status(line), 501) << line;
    }
    EXPECT_EQ(status_of("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
}

TEST(RequestParser, wants_exactly_one_valid_host)
{
    EXPECT_EQ(status_of("GET / HTTP/1.1\r\n\r\n"), 400);
    for (const std::string_view host : {"", "a b", "a,b", "a/b", "a@b", "a:b", "a:99999", "[::1",
                                        "[a]", "[127.0.0.1]", "a:80:80"}) {
        EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n"), 400)
            << host;
    }
    for (const std::string_view host : {"a", "a.example:1", "[::1]", "[::1]:1", "127.0.0.1:1"}) {
        EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n"), 0)
            << host;
    }
}

TEST(RequestParser, refuses_chunks_that_are_not_as_long_as_they_say)
{
    const auto status = [](std::string_view body) {
        return status_of(with("Transfer-Encoding: chunked\r\n") + std::string(body));
    };
    for (const std::string_view body :
         {"2\r\nabc\r\n"sv, "2\nab\r\n"sv, "2\r\nab\n0\r\n\r\n"sv, "-1\r\n"sv, "0x2\r\nab\r\n"sv,
          "\r\n"sv, "2;a\nb\r\n"sv, "11111111111111111\r\n"sv, "0\r\nX: a\n\r\n"sv,
          "0\r\nX: a\r\n b\r\n\r\n"sv}) {
        EXPECT_EQ(status(body), 400) << body;
    }
    EXPECT_EQ(status("2;" + std::string(300, 'a')), 400);
}

TEST(RequestParser, limits_everything)
{
    const RequestLimits limits = {
        .head = {.line_bytes_max = 50, .head_bytes_max = 200, .lines_max = 4}, .body_bytes_max = 5};
    const auto status = [&](const std::string& text) {
        const int at_once = parse(text, limits).status;
        EXPECT_EQ(parse(text, 1, limits).status, at_once);
        return at_once;
    };
    const std::string x(50, 'x');
    EXPECT_EQ(status("GET /" + x + " HTTP/1.1\r\n"), 414);
    EXPECT_EQ(status("GET /" + x), 414) << "before its end";
    EXPECT_EQ(status(with("X: " + x + "\r\n")), 431);
    EXPECT_EQ(status(with("A: a\r\nB: b\r\nC: c\r\n")), 431);
    EXPECT_EQ(status(with("A: a\r\nB: b\r\n")), 0);
    const std::string long_line = "A: " + x.substr(4) + "\r\n";
    EXPECT_EQ(parse(with(long_line + long_line + long_line + long_line),
                    {.head = {.line_bytes_max = 50, .head_bytes_max = 200, .lines_max = 100}})
                  .status,
              431);
    EXPECT_EQ(status(with("Content-Length: 6\r\n")), 413);
    EXPECT_EQ(status(with("Content-Length: 5\r\n") + "12345"), 0);
    EXPECT_EQ(status(with("Transfer-Encoding: chunked\r\n") + "3\r\nabc\r\n3\r\n"), 413);
    EXPECT_EQ(status(with("Transfer-Encoding: chunked\r\n") + "ffffffffffffffff\r\n"), 413);
    EXPECT_EQ(status(with("Transfer-Encoding: chunked\r\n") + "0\r\nX: " + x), 431);
}

TEST(RequestParser, refuses_expectations_that_it_does_not_know)
{
    EXPECT_EQ(status_of(with("Expect: gold\r\n")), 417);
    EXPECT_EQ(status_of(with("Expect: 100-continue\r\nExpect: 100-continue\r\n")), 417);
}

}  // namespace
}  // namespace pivot::http
