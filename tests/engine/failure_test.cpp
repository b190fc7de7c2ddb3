// Answers, and the lack of them, that send a call down its `_` branch.
#include "gzip.hpp"
#include "engine/engine_fixture.hpp"

namespace pivot::test {
namespace {

using namespace std::string_literals;

constexpr auto head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

// The breach at this pointer; null: none.
const Breach* breach_at(const Outcome& outcome, std::string_view at)
{
    for (const auto& breach : outcome.failure->errors)
        if (breach.at == at) return &breach;
    return nullptr;
}

TEST(BadAction, every_key_that_is_wrong_is_named)
{
    Pivots pivots;
    const auto outcome = pivots.run(
        R"({"module":"pivot","data":{"voice_url":7,"method":"put"},"children":{"_":{"module":"play","data":{"id":"sorry"}}}})");
    EXPECT_TRUE(has_failed(outcome, Reason::bad_action));
    EXPECT_TRUE(breach_at(outcome, "/data/voice_url"));
    EXPECT_TRUE(breach_at(outcome, "/data/method"));
    EXPECT_FALSE(outcome.exchange);
}

TEST(BadAction, voice_url_is_required)
{
    Pivots pivots;
    const auto outcome = pivots.run(
        R"({"module":"pivot","data":{},"children":{"_":{"module":"play","data":{"id":"sorry"}}}})");
    EXPECT_TRUE(has_failed(outcome, Reason::bad_action));
    EXPECT_TRUE(breach_at(outcome, "/data/voice_url"));
    EXPECT_TRUE(says(outcome, "voice_url"));
}

TEST(Connect, a_port_that_refuses)
{
    const RefusingPort port;
    Pivots pivots;
    const auto address = "127.0.0.1:" + std::to_string(port.port());
    const auto outcome = pivots.run(node("http://" + address + "/flow"));
    EXPECT_TRUE(has_failed(outcome, Reason::connect, Phase::connect));
    EXPECT_TRUE(says(outcome, address)) << outcome.failure->message;
    ASSERT_TRUE(outcome.exchange);
    EXPECT_EQ(outcome.exchange->status, 0);
}

TEST(Closed, after_the_request)
{
    HttpPeer peer{[](HttpPeer::Exchange& exchange) { exchange.close(); }};
    Pivots pivots;
    EXPECT_TRUE(has_failed(pivots.run(node(peer.url("/"))), Reason::closed));
    EXPECT_EQ(peer.requests().size(), 1u) << "a new connection's request is not repeated";
}

TEST(Closed, before_the_request)
{
    HttpPeer peer{answer(), {.on_connect = [](HttpPeer::Exchange& exchange) { exchange.close(); }}};
    Pivots pivots;
    EXPECT_TRUE(has_failed(pivots.run(node(peer.url("/"))), Reason::closed));
}

TEST(Closed, in_the_middle_of_the_head)
{
    for (const auto* part : {"H", "HTTP/1.1 200 OK", "HTTP/1.1 200 OK\r\nContent-Ty",
                             "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"})
        EXPECT_TRUE(has_failed(ask(say_and_close(part)), Reason::closed)) << part;
}

TEST(Closed, after_an_informational_answer)
{
    EXPECT_TRUE(has_failed(ask(say_and_close("HTTP/1.1 100 Continue\r\n\r\n")), Reason::closed));
}

TEST(Closed, in_the_middle_of_the_body)
{
    EXPECT_TRUE(has_failed(
        ask(say_and_close(std::string(head) + "Content-Length: 40\r\n\r\n" + std::string(hello))),
        Reason::closed, Phase::read));
}

TEST(Closed, in_the_middle_of_a_chunked_body)
{
    const auto chunked = std::string(head) + "Transfer-Encoding: chunked\r\n\r\n27\r\n";
    for (const auto& part : {std::string(hello.substr(0, 9)), std::string(hello),
                             std::string(hello) + "\r\n", std::string(hello) + "\r\n0\r\n"})
        EXPECT_TRUE(has_failed(ask(say_and_close(chunked + part)), Reason::closed)) << part;
}

TEST(Closed, by_a_reset)
{
    EXPECT_TRUE(
        has_failed(ask([](HttpPeer::Exchange& exchange) { exchange.reset(); }), Reason::closed));
    EXPECT_TRUE(has_failed(ask([](HttpPeer::Exchange& exchange) {
                               exchange.send(std::string(head) + "Content-Length: 40\r\n\r\n{");
                               exchange.sleep(20ms);
                               exchange.reset();
                           }),
                           Reason::closed));
}

TEST(Protocol, what_is_not_http)
{
    for (const auto* bytes :
         {"SSH-2.0-OpenSSH_9.2\r\n", "\x15\x03\x03\x00\x02\x02\x46", "HTTP/1.1 abc OK\r\n\r\n",
          "HTTP/1.1 20 OK\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
          "HTTP/2 200\r\ncontent-length: 0\r\n\r\n", "\r\n\r\n\r\n\r\n{}", "{}"})
        EXPECT_TRUE(has_failed(ask(say_and_close(bytes)), Reason::protocol)) << bytes;
}

TEST(Protocol, lengths_that_contradict_each_other)
{
    const auto body = "\r\n" + std::string(hello);
    for (const auto* lengths :
         {"Content-Length: 39\r\nContent-Length: 40\r\n", "Content-Length: -1\r\n",
          "Content-Length: x\r\n", "Content-Length: 39, 40\r\n",
          "Content-Length: 99999999999999999999999\r\n",
          "Transfer-Encoding: chunked\r\nContent-Length: 39\r\n"})
        EXPECT_TRUE(
            has_failed(ask(say_and_close(std::string(head) + lengths + body)), Reason::protocol))
            << lengths;
}

TEST(Protocol, invalid_headers)
{
    for (const auto* line :
         {"no colon\r\n", "Content Length: 1\r\n", "X-Space : y\r\n", "X: \x01\r\n"})
        EXPECT_TRUE(
            has_failed(ask(say_and_close(std::string(head) + line + "Content-Length: 39\r\n\r\n" +
                                         std::string(hello))),
                       Reason::protocol))
            << line;
}

TEST(Protocol, invalid_chunks)
{
    for (const auto* chunk : {"x\r\n", "-1\r\n", "27\r\n{}", "ffffffffffffffffff\r\n"})
        EXPECT_TRUE(
            has_failed(ask(say_and_close(std::string(head) + "Transfer-Encoding: chunked\r\n\r\n" +
                                         chunk + std::string(60, '{'))),
                       Reason::protocol))
            << chunk;
}

TEST(TooLarge, a_head_of_more_than_64_kibibytes)
{
    EXPECT_TRUE(has_failed(
        ask(answer(hello, "application/json", 200, "X: " + std::string(65 * 1024, 'x') + "\r\n")),
        Reason::too_large));
    EXPECT_TRUE(is_processed(
        ask(answer(hello, "application/json", 200, "X: " + std::string(60 * 1024, 'x') + "\r\n"))));
}

TEST(TooLarge, a_head_of_many_lines)
{
    std::string lines;
    while (lines.size() < 70 * 1024) lines += "X: y\r\n";
    EXPECT_TRUE(has_failed(ask(answer(hello, "application/json", 200, lines)), Reason::too_large));
}

TEST(TooLarge, a_head_that_never_ends)
{
    EXPECT_TRUE(has_failed(ask([](HttpPeer::Exchange& exchange) {
                               exchange.send("HTTP/1.1 200 OK\r\n");
                               while (true) exchange.send("X: " + std::string(1000, 'x') + "\r\n");
                           }),
                           Reason::too_large));
}

TEST(TooLarge, informational_answers_that_never_end)
{
    const auto outcome = ask([](HttpPeer::Exchange& exchange) {
        while (true) exchange.send("HTTP/1.1 103 Early Hints\r\nLink: </s.css>\r\n\r\n");
    });
    ASSERT_EQ(outcome.kind, OutcomeKind::failed);
    EXPECT_NE(outcome.failure->reason, Reason::timeout) << outcome.to_json();
}

TEST(TooLarge, an_announced_body_is_not_waited_for)
{
    EXPECT_TRUE(has_failed(ask([](HttpPeer::Exchange& exchange) {
                               exchange.send(std::string(head) + "Content-Length: 1048577\r\n\r\n");
                               exchange.hold();
                           }),
                           Reason::too_large));
}

TEST(TooLarge, a_body_one_byte_over_the_limit)
{
    auto config = loopback();
    config.http.body_bytes_max = hello.size() - 1;
    EXPECT_TRUE(has_failed(ask(answer(), config), Reason::too_large));
}

TEST(TooLarge, a_body_of_unknown_length)
{
    const std::string block(10'000, 'x');
    EXPECT_TRUE(has_failed(ask([&](HttpPeer::Exchange& exchange) {
                               exchange.send(std::string(head) +
                                             "Transfer-Encoding: chunked\r\n\r\n");
                               while (true) exchange.send("2710\r\n" + block + "\r\n");
                           }),
                           Reason::too_large));
    EXPECT_TRUE(has_failed(ask([&](HttpPeer::Exchange& exchange) {
                               exchange.send(std::string(head) + "\r\n");
                               while (true) exchange.send(block);
                           }),
                           Reason::too_large));
}

TEST(TooLarge, a_small_body_that_unpacks_to_a_large_one)
{
    const auto bomb = gzip(std::string(64 * 1024 * 1024, '\0'));
    ASSERT_LT(bomb.size(), 1024u * 1024);
    EXPECT_TRUE(has_failed(ask(answer(bomb, "application/json", 200, "Content-Encoding: gzip\r\n")),
                           Reason::too_large));
}

TEST(Status, other_than_success)
{
    for (const int status : {400, 401, 404, 429, 500, 503, 599, 304, 305}) {
        const auto outcome = ask(answer(status == 304 ? "" : hello, "application/json", status));
        EXPECT_TRUE(has_failed(outcome, Reason::status));
        EXPECT_EQ(outcome.exchange->status, status);
        EXPECT_TRUE(says(outcome, std::to_string(status))) << outcome.failure->message;
    }
}

TEST(ContentType, audio_and_text_that_are_neither)
{
    for (const auto* type : {"audio/mpeg", "AUDIO/WAV", "audio/x-wav; rate=8000"}) {
        EXPECT_TRUE(has_failed(ask(answer("<RIFF", type)), Reason::content_type)) << type;
    }
}

TEST(ContentType, a_type_that_nobody_knows_with_a_body_that_nobody_knows)
{
    for (const auto* type : {"text/plain", "", "image/png"}) {
        const auto outcome = ask(answer("hello", type));
        EXPECT_TRUE(has_failed(outcome, Reason::content_type)) << type;
    }
    EXPECT_TRUE(has_failed(ask(answer("[]", "text/plain")), Reason::content_type));
}

TEST(InvalidJson, bodies_that_are_not_json)
{
    const auto text = std::string(hello);
    for (const auto& body :
         {std::string(), std::string(" \n"), text.substr(0, text.size() - 1), text + "x",
          text + text, text + "\0"s, R"({"module":"play","data":{"id":")"s + "\xff\xfe\"}}",
          R"({"module":"play","data":{"id":")"s + "\xed\xa0\x80\"}}", "<Response/>"s, "{'a':1}"s,
          "{\"a\":1,}"s, "{\"a\":01}"s, "nul"s, "\xEF\xBB\xBF"s})
        EXPECT_TRUE(has_failed(ask(answer(body)), Reason::invalid_json, Phase::parse)) << body;
}

TEST(InvalidJson, an_empty_body_whatever_its_type)
{
    EXPECT_TRUE(has_failed(ask(answer("", "text/plain")), Reason::invalid_json));
    EXPECT_TRUE(has_failed(ask(answer("", "")), Reason::invalid_json));
}

TEST(InvalidJson, a_204_has_no_body)
{
    const auto outcome = ask(say_and_close("HTTP/1.1 204 No Content\r\n\r\n"));
    EXPECT_TRUE(has_failed(outcome, Reason::invalid_json, Phase::parse));
    EXPECT_EQ(outcome.exchange->status, 204);
}

TEST(InvalidJson, too_deep)
{
    auto config = loopback();
    config.callflow.depth_max = 8;
    EXPECT_TRUE(is_processed(
        ask(answer(R"({"module":"play","data":{"id":"x","d":[[[[[[1]]]]]]}})"), config)));
    EXPECT_TRUE(has_failed(
        ask(answer(R"({"module":"play","data":{"id":"x","d":[[[[[[[1]]]]]]]}})"), config),
        Reason::invalid_json));
    EXPECT_TRUE(
        has_failed(ask(answer(R"({"module":"play","data":{"d":)" + std::string(300'000, '['))),
                   Reason::invalid_json));
}

TEST(InvalidCallflow, every_breach_has_its_pointer)
{
    const auto outcome = ask(answer(R"({"module":"menu","data":{"id":7},"children":{)"
                                    R"("_":{"module":"tts","data":{}},)"
                                    R"("a/b~c":{"module":"nonsense","data":{}},)"
                                    R"("1":{"data":{}},"2":[],"3":{"module":"play","data":[]}}})"));
    EXPECT_TRUE(has_failed(outcome, Reason::invalid_callflow, Phase::parse));
    for (const auto* at : {"/data/id", "/children/_/data/text", "/children/a~1b~0c/module",
                           "/children/1/module", "/children/2", "/children/3/data"}) {
        ASSERT_TRUE(breach_at(outcome, at)) << at << " " << outcome.to_json();
        EXPECT_FALSE(breach_at(outcome, at)->error.ends_with('.'));
    }
    EXPECT_EQ(outcome.failure->errors.size(), 6u);
}

TEST(InvalidCallflow, json_that_is_not_a_node)
{
    for (const auto* body : {"[]", "7", "null", "\"text\""}) {
        const auto outcome = ask(answer(body));
        EXPECT_TRUE(has_failed(outcome, Reason::invalid_callflow)) << body;
        EXPECT_TRUE(breach_at(outcome, "")) << outcome.to_json();
    }
    EXPECT_TRUE(breach_at(ask(answer("{}")), "/module"));
}

}  // namespace
}  // namespace pivot::test
