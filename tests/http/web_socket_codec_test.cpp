#include "http/web_socket_codec.hpp"

#include "exact.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace pivot::http {
namespace {

using namespace std::string_literals;
using Kind = WebSocketMessage::Kind;

constexpr std::uint8_t fin = 0x80;
constexpr std::uint8_t continuation = 0;
constexpr std::uint8_t text = 1;
constexpr std::uint8_t close_frame = 8;
constexpr std::uint8_t ping = 9;

// A frame of a server: not masked.
std::string frame(int first, std::string_view payload)
{
    std::string bytes(1, static_cast<char>(first));
    if (payload.size() < 126) {
        bytes += static_cast<char>(payload.size());
    } else {
        bytes += static_cast<char>(126);
        bytes += static_cast<char>(payload.size() >> 8);
        bytes += static_cast<char>(payload.size() & 0xff);
    }
    return bytes.append(payload);
}

// What a client makes of the bytes of a server.
struct Heard {
    std::vector<std::string> messages;
    Result<void> result;
    std::optional<WebSocketClose> close;
    std::string answer;
};

Heard hear(std::string_view bytes, std::size_t piece_bytes, const WebSocketLimits& limits = {})
{
    WebSocketCodec codec(WebSocketRole::client, limits);
    Heard heard;
    while (!bytes.empty() && heard.result) {
        const ExactCopy piece(bytes.substr(0, piece_bytes));
        heard.result = codec.feed(piece.text());
        bytes.remove_prefix(piece.text().size());
    }
    while (auto message = codec.take_message()) heard.messages.push_back(message->bytes);
    heard.close = codec.peer_close();
    heard.answer = codec.take_outgoing();
    return heard;
}

Heard hear(std::string_view bytes)
{
    return hear(bytes, bytes.size());
}

// The status of the close that a client sent, whose mask is its own choice.
std::uint16_t status_of(std::string_view masked)
{
    if (masked.size() < 8 || masked[0] != static_cast<char>(fin | close_frame)) return 0;
    const auto octet = [&](std::size_t at) {
        return static_cast<std::uint8_t>(masked[6 + at] ^ masked[2 + at]);
    };
    return static_cast<std::uint16_t>(octet(0) << 8 | octet(1));
}

TEST(WebSocketCodec, the_examples_of_rfc_6455_are_read)  // section 5.7
{
    EXPECT_EQ(hear("\x81\x05Hello").messages, std::vector{"Hello"s});
    EXPECT_EQ(hear("\x01\x03Hel\x80\x02lo").messages, std::vector{"Hello"s});

    WebSocketCodec server(WebSocketRole::server);
    EXPECT_TRUE(server.feed("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"));
    const auto message = server.take_message();
    ASSERT_TRUE(message);
    EXPECT_EQ(message->bytes, "Hello");
    EXPECT_EQ(message->kind, Kind::text);
}

TEST(WebSocketCodec, both_roles_understand_each_other)
{
    WebSocketCodec client(WebSocketRole::client);
    WebSocketCodec server(WebSocketRole::server);
    const std::string large(100'000, 'x');
    ASSERT_TRUE(client.send(Kind::text, "to the server"));
    ASSERT_TRUE(client.send(Kind::binary, large));
    ASSERT_TRUE(server.feed(client.take_outgoing()));
    EXPECT_EQ(server.take_message()->bytes, "to the server");
    const auto binary = server.take_message();
    EXPECT_EQ(binary->bytes, large);
    EXPECT_EQ(binary->kind, Kind::binary);
    EXPECT_FALSE(server.take_message());

    ASSERT_TRUE(server.send(Kind::text, "to the client"));
    ASSERT_TRUE(client.feed(server.take_outgoing()));
    EXPECT_EQ(client.take_message()->bytes, "to the client");
}

TEST(WebSocketCodec, each_frame_of_a_client_has_a_mask_of_its_own)
{
    WebSocketCodec client(WebSocketRole::client);
    ASSERT_TRUE(client.send(Kind::text, "same"));
    const std::string first = client.take_outgoing();
    ASSERT_TRUE(client.send(Kind::text, "same"));
    EXPECT_NE(first, client.take_outgoing());
    EXPECT_EQ(first.find("same"), first.npos);
}

TEST(WebSocketCodec, messages_are_the_same_wherever_the_bytes_are_cut)
{
    const std::string bytes = frame(text, "Gr\xc3") + frame(fin | ping, "still there?") +
                              frame(continuation, "") +
                              frame(fin | continuation,
                                    "\xbc\xc3\x9f"
                                    "e") +
                              frame(fin | text, std::string(300, 'y')) + frame(fin | text, "");
    for (std::size_t piece_bytes = 1; piece_bytes <= bytes.size(); ++piece_bytes) {
        const Heard heard = hear(bytes, piece_bytes);
        ASSERT_TRUE(heard.result);
        const std::vector expected{"Grüße"s, std::string(300, 'y'), ""s};
        ASSERT_EQ(heard.messages, expected) << piece_bytes;
    }
}

TEST(WebSocketCodec, a_ping_is_answered_with_its_own_bytes)
{
    WebSocketCodec server(WebSocketRole::server);
    WebSocketCodec client(WebSocketRole::client);
    ASSERT_TRUE(client.feed(frame(fin | ping, "42")));
    const std::string pong = client.take_outgoing();
    ASSERT_EQ(pong.size(), 8U);
    EXPECT_EQ(pong[0], '\x8a');
    EXPECT_TRUE(server.feed(pong));
    EXPECT_EQ(server.frames_heard(), 1U);
    EXPECT_FALSE(server.take_message());
}

TEST(WebSocketCodec, a_close_is_echoed_and_nothing_goes_out_after_it)
{
    const Heard heard =
        hear(frame(fin | close_frame, "\x03\xe9going home") + frame(fin | text, "late"));
    EXPECT_TRUE(heard.result);
    ASSERT_TRUE(heard.close);
    EXPECT_EQ(heard.close->status, CloseStatus::going_away);
    EXPECT_EQ(heard.close->reason, "going home");
    EXPECT_EQ(status_of(heard.answer), CloseStatus::going_away);
    EXPECT_TRUE(heard.messages.empty());

    WebSocketCodec codec(WebSocketRole::client);
    ASSERT_TRUE(codec.feed(frame(fin | close_frame, "")));
    EXPECT_EQ(codec.peer_close()->status, CloseStatus::none);
    codec.take_outgoing();
    codec.close(CloseStatus::normal, "again");
    codec.ping();
    EXPECT_FALSE(codec.has_outgoing());
    const auto sent = codec.send(Kind::text, "too late");
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().reason, Reason::closed);
}

TEST(WebSocketCodec, the_reason_of_a_close_is_cut_to_what_fits)
{
    WebSocketCodec client(WebSocketRole::client);
    WebSocketCodec server(WebSocketRole::server);
    std::string reason(122, 'r');
    server.close(CloseStatus::normal, reason + "ü");
    ASSERT_TRUE(client.feed(server.take_outgoing()));
    EXPECT_EQ(client.peer_close()->reason, reason);
}

TEST(WebSocketCodec, a_message_over_the_limit_is_refused_before_it_has_come)
{
    const WebSocketLimits limits = {.message_bytes_max = 1000, .waiting_bytes_max = 1000};
    EXPECT_TRUE(hear(frame(fin | text, std::string(1000, 'x')), 4096, limits).result);
    const std::string large = frame(fin | text, std::string(1001, 'x')).substr(0, 10);
    const std::string parts = frame(text, std::string(600, 'x')) +
                              frame(continuation, std::string(400, 'x')) + frame(continuation, "x");
    const std::string endless(
        "\x81\x7f\x7f\xff\xff\xff\xff\xff\xff\xff"
        "x",
        11);
    for (const std::string& bytes : {large, parts, endless}) {
        const Heard heard = hear(bytes, 7, limits);
        ASSERT_FALSE(heard.result);
        EXPECT_EQ(heard.result.error().reason, Reason::too_large);
        EXPECT_EQ(heard.result.error().message, "a message is over the limit of 1000 bytes");
        EXPECT_EQ(status_of(heard.answer), 1009);
        EXPECT_TRUE(heard.messages.empty());
    }
}

TEST(WebSocketCodec, text_that_is_not_utf_8_is_refused_wherever_it_is_cut)
{
    for (const std::string& bytes : {frame(fin | text, "x\xff"), frame(fin | text, "\xc3"),
                                     frame(text, "\xc3") + frame(fin | continuation, "x"),
                                     frame(fin | close_frame,
                                           "\x03\xe8"
                                           "bye\xff")}) {
        for (std::size_t piece_bytes = 1; piece_bytes <= bytes.size(); ++piece_bytes) {
            const Heard heard = hear(bytes, piece_bytes);
            ASSERT_FALSE(heard.result);
            EXPECT_EQ(heard.result.error().message, "a text is not UTF-8");
            EXPECT_EQ(status_of(heard.answer), 1007);
            EXPECT_FALSE(heard.close);
        }
    }
    EXPECT_TRUE(hear(frame(fin | 2, "\xff")).result);
}

TEST(WebSocketCodec, what_breaks_the_protocol_is_refused)
{
    const std::vector broken = {
        "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"s,  // masked by a server
        frame(fin | continuation, "x"),                   // nothing to continue
        frame(text, "x") + frame(fin | text, "y"),        // inside another message
        frame(ping, "x"),                                 // a ping in parts
        frame(fin | ping, std::string(126, 'x')),         // a large ping
        frame(fin | 0x40 | text, "x"),                    // an extension's bit
        frame(fin | 3, "x"),
        frame(fin | 11, "x"),                          // unknown frames
        "\x81\x7e\x00\x05Hello"s,                      // a length in too many bytes
        "\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xffx"s,  // a length without an end
        frame(fin | close_frame, "\x03\xed"),
        frame(fin | close_frame, "\xff\xff"),  // no statuses
        "HTTP/1.1 200 OK\r\n\r\n"s};
    for (const std::string& bytes : broken) {
        const Heard heard = hear(bytes);
        ASSERT_FALSE(heard.result) << testing::PrintToString(bytes);
        EXPECT_EQ(heard.result.error().reason, Reason::protocol);
        EXPECT_EQ(heard.result.error().message,
                  "not a WebSocket: a frame is invalid, out of order or wrongly masked");
        EXPECT_EQ(status_of(heard.answer), 1002);
        EXPECT_TRUE(heard.messages.empty());
    }
    WebSocketCodec server(WebSocketRole::server);
    EXPECT_FALSE(server.feed("\x81\x05Hello"));
}

TEST(WebSocketCodec, what_waits_to_be_sent_is_bounded)
{
    WebSocketCodec codec(WebSocketRole::client,
                         {.message_bytes_max = 100, .waiting_bytes_max = 1000});
    ASSERT_TRUE(codec.send(Kind::text, std::string(900, 'x')));
    const auto sent = codec.send(Kind::text, std::string(200, 'x'));
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().reason, Reason::overload);
    codec.take_outgoing();
    EXPECT_TRUE(codec.send(Kind::text, std::string(200, 'x')));
}

TEST(WebSocketCodec, a_peer_that_asks_for_pongs_and_takes_none_is_given_up)
{
    WebSocketCodec codec(WebSocketRole::client,
                         {.message_bytes_max = 100, .waiting_bytes_max = 1000});
    Result<void> fed;
    int pings = 0;
    for (; fed && pings < 1000; ++pings) fed = codec.feed(frame(fin | ping, "flood"));
    ASSERT_FALSE(fed);
    EXPECT_EQ(fed.error().reason, Reason::overload);
    EXPECT_LT(pings, 1000);
}

TEST(WebSocketCodec, a_part_of_a_message_is_not_a_sign_of_life)
{
    WebSocketCodec codec(WebSocketRole::client);
    for (int part = 0; part < 10; ++part) ASSERT_TRUE(codec.feed(frame(part == 0 ? text : 0, "x")));
    EXPECT_EQ(codec.frames_heard(), 0U);
    ASSERT_TRUE(codec.feed(frame(fin | continuation, "x")));
    EXPECT_EQ(codec.frames_heard(), 1U);
}

}  // namespace
}  // namespace pivot::http
