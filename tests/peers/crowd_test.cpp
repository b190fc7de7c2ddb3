#include "peers/crowd.hpp"

#include "peers/plain_client.hpp"

#include <chrono>
#include <vector>

#include <gtest/gtest.h>

namespace pivot::test {

namespace {

std::string get(const std::string& target)
{
    return "GET " + target + " HTTP/1.1\r\nHost: voice.example\r\n\r\n";
}

struct CrowdAnswers : testing::Test {
    Crowd crowd;
    PlainClient client{crowd.port()};

    std::string ask(const std::string& target)
    {
        client.send(get(target));
        return client.receive_answer();
    }
};

TEST_F(CrowdAnswers, the_path_decides)
{
    EXPECT_TRUE(ask("/flow?Call-ID=1").starts_with("HTTP/1.1 200 \r\n"));
    EXPECT_TRUE(ask("/flow").ends_with(R"("req_timeout_ms":2000},"children":{}}}}}})"));
    EXPECT_TRUE(ask("/invalid").ends_with(R"({"module":"tts","data":{"voice":"female"}})"));
    EXPECT_TRUE(ask("/status/503?Call-ID=1").starts_with("HTTP/1.1 503 "));
    EXPECT_TRUE(ask("/other").starts_with("HTTP/1.1 404 "));
    EXPECT_NE(
        ask("/redirect?to=http%3A%2F%2Fa%2F%3Fb%26c&Call-ID=1").find("Location: http://a/?b&c\r\n"),
        std::string::npos);
}

TEST_F(CrowdAnswers, a_body_is_skipped)
{
    client.send("POST /flow HTTP/1.1\r\nContent-Length: 4\r\n\r\na=1&" + get("/status/204"));
    EXPECT_TRUE(client.receive_answer().starts_with("HTTP/1.1 200 "));
    EXPECT_TRUE(client.receive_answer().starts_with("HTTP/1.1 204 "));
}

TEST_F(CrowdAnswers, a_slow_answer_is_slow_and_holds_back_what_follows)
{
    const auto start = std::chrono::steady_clock::now();
    client.send(get("/slow?ms=100&Call-ID=1") + get("/status/204"));
    EXPECT_TRUE(client.receive_answer().starts_with("HTTP/1.1 200 "));
    EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(100));
    EXPECT_TRUE(client.receive_answer().starts_with("HTTP/1.1 204 "));
}

TEST_F(CrowdAnswers, a_dripping_answer_drips)
{
    const auto start = std::chrono::steady_clock::now();
    client.send(get("/drip"));
    EXPECT_EQ(client.receive(1), "H");
    EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::seconds(1));
}

TEST_F(CrowdAnswers, an_ending_ends_as_told)
{
    const auto ending = [&](const std::string& target) {
        PlainClient client{crowd.port()};
        client.send(get(target));
        return client.receive_to_end();
    };
    EXPECT_EQ(ending("/close"), "");
    EXPECT_EQ(ending("/reset"), " [reset]");
    EXPECT_EQ(ending("/garbage"), "not HTTP\r\n\r\n");

    PlainClient malformed{crowd.port()};
    malformed.send("nonsense\r\n\r\n");
    EXPECT_EQ(malformed.receive_to_end(), "");
}

TEST_F(CrowdAnswers, a_thousand_wait_while_one_is_answered)
{
    std::vector<PlainClient> silent;
    for (int i = 0; i < 1000; ++i) silent.emplace_back(crowd.port()).send(get("/silent"));
    EXPECT_TRUE(ask("/flow").starts_with("HTTP/1.1 200 "));
}

}  // namespace

}  // namespace pivot::test
