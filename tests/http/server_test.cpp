#include "http/server.hpp"

#include "http/web_socket.hpp"
#include "http/web_socket_handshake.hpp"
#include "peers/certificates.hpp"
#include "peers/eventually.hpp"
#include "peers/plain_client.hpp"
#include "reactor/run_until.hpp"
#include "reactor/thread.hpp"
#include "reactor/wait.hpp"

#include <atomic>
#include <functional>
#include <latch>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pivot::http {
namespace {

using reactor::Deadline;
using reactor::Reactor;
using reactor::Task;
using test::eventually;
using test::PlainClient;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr Nanoseconds soon_ns = 50'000'000;

// More than the kernel keeps for a peer that does not read.
constexpr std::size_t large_bytes = 32 * 1024 * 1024;

// Runs a function on the reactor's thread.
class Doing final : public reactor::Message {
public:
    explicit Doing(std::function<void()> doing) : doing_(std::move(doing)) {}

private:
    void deliver() override
    {
        doing_();
        delete this;
    }

    std::function<void()> doing_;
};

// Answers with what it was asked; `/hold` waits for release(), `/need` for the client as well.
class Answers final : public ServerHandler {
public:
    explicit Answers(Reactor& reactor) : reactor_(reactor) {}

    Task<ServerResponse> answer(const ServerRequest& request, Deadline& deadline) override
    {
        ++asked;
        const bool waits = request.path() == "/hold" || request.path() == "/need";
        if (waits) co_await released_.wait(deadline);
        if (deadline.has_expired()) ++given_up;
        ServerResponse response;
        response.content_type = "text/plain";
        response.body = fmt::format("{} {} {}", request.method, request.target, request.body);
        if (request.path() == "/large") response.body.assign(large_bytes, 'x');
        if (const auto upgrade = judge_upgrade_request(request.method, request.headers)) {
            response.status = 101;
            response.headers = {{"Connection", "Upgrade"},
                                {"Upgrade", "websocket"},
                                {"Sec-WebSocket-Accept", web_socket_accept(upgrade->key)}};
        }
        co_return response;
    }

    bool needs_client(const ServerRequest& request) const override
    {
        return request.path() == "/need";
    }

    // Sends messages back, until the client or the server ends it.
    Task<> take_over(const ServerRequest&, std::unique_ptr<net::Connection> connection,
                     std::string surplus, Deadline& stopping) override
    {
        const WebSocketConfig config;
        WebSocket socket(reactor_, std::move(connection), WebSocketRole::server, config, surplus);
        while (true) {
            auto message = co_await socket.receive(stopping);
            if (!message) break;
            if (!socket.send(message->kind, message->bytes)) break;
        }
        const std::string_view reason = "bye";
        Deadline closing(reactor_, never);
        co_await socket.close(CloseStatus::going_away, reason, closing);
        ++taken_over;
    }

    void release()
    {
        reactor_.post(*new Doing([this] { released_.happen(); }));
    }

    std::atomic<int> asked = 0;
    std::atomic<int> given_up = 0;
    std::atomic<int> taken_over = 0;

private:
    Reactor& reactor_;
    reactor::Event released_;
};

// A server on a thread of its own.
class RunningServer {
public:
    explicit RunningServer(const ServerLimits& limits = {}, const net::TlsFiles& tls = {})
    {
        auto opened = net::Listener::open(*net::ListenAddress::parse("127.0.0.1:0"), {});
        if (!opened) throw std::runtime_error(opened.error());
        listener_ = std::move(*opened);
        if (tls.is_there() && !listener_->secure(tls)) throw std::runtime_error("no TLS");
        auto started = reactor::start_thread("server", [this, limits] { run(limits); });
        if (!started) throw std::runtime_error(started.error());
        thread_ = std::move(*started);
        is_open_.wait();
    }
    ~RunningServer()
    {
        if (!thread_.joinable()) return;
        post([this] { server_->close(); });
        wait();
    }

    std::uint16_t port() const { return listener_->address().ip()->port(); }
    Answers& answers() { return *answers_; }
    void drain()
    {
        post([this] { server_->drain(); });
    }
    void wait()
    {
        post([this] { may_end_ = true; });
        is_posted_.count_down();
        thread_.join();
    }

private:
    void post(std::function<void()> doing) { reactor_->post(*new Doing(std::move(doing))); }

    void run(const ServerLimits& limits)
    {
        test::open_reactor(reactor_);
        answers_.emplace(*reactor_);
        server_.emplace(*reactor_, *answers_, limits, "X-Of-All: yes\r\n");
        reactor::Scope scope(*reactor_);
        scope.spawn(server_->serve(*listener_));
        is_open_.count_down();
        while (scope.running() > 0 || !may_end_) reactor_->turn(never);
        server_.reset();
        answers_.reset();
        test::run_until_idle(*reactor_);
        is_posted_.wait();
        reactor_.reset();  // on the thread that has opened it
    }

    std::unique_ptr<net::Listener> listener_;
    std::unique_ptr<Reactor> reactor_;
    std::optional<Answers> answers_;
    std::optional<Server> server_;
    std::latch is_open_{1};
    std::latch is_posted_{1};  // the last message
    bool may_end_ = false;     // nobody uses the reactor any more
    std::thread thread_;
};

std::string get(std::string_view target, std::string_view lines = "")
{
    return fmt::format("GET {} HTTP/1.1\r\nHost: a\r\n{}\r\n", target, lines);
}

TEST(Server, answers_one_request_after_the_other_on_one_connection)
{
    RunningServer server;
    PlainClient client(server.port());
    for (const std::string_view target : {"/a", "/b"}) {
        client.send(get(target));
        const std::string answer = client.receive_answer();
        EXPECT_THAT(answer, AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("X-Of-All: yes\r\n"),
                                  HasSubstr("Date: "), Not(HasSubstr("Connection"))));
        EXPECT_THAT(answer, EndsWith(fmt::format("\r\n\r\nGET {} ", target)));
    }
    client.send(
        "POST /c HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody");
    EXPECT_THAT(client.receive_to_end(),
                AllOf(HasSubstr("Connection: close\r\n"), EndsWith("POST /c body")));
}

TEST(Server, answers_a_pipeline_in_order)
{
    RunningServer server;
    PlainClient client(server.port());
    std::string requests;
    for (int i = 0; i < 200; ++i) requests += get(fmt::format("/{}", i));
    client.send(requests);
    for (int i = 0; i < 200; ++i) {
        ASSERT_THAT(client.receive_answer(), EndsWith(fmt::format("GET /{} ", i)));
    }
}

TEST(Server, a_pipeline_waits_for_the_answer_before)
{
    RunningServer server;
    PlainClient client(server.port());
    client.send(get("/hold") + get("/next"));
    ASSERT_TRUE(eventually([&] { return server.answers().asked == 1; }));
    server.answers().release();
    EXPECT_THAT(client.receive_answer(), EndsWith("GET /hold "));
    EXPECT_THAT(client.receive_answer(), EndsWith("GET /next "));
}

TEST(Server, a_head_request_gets_the_length_without_the_body)
{
    RunningServer server;
    PlainClient client(server.port());
    client.send("HEAD /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(client.receive_to_end(),
                AllOf(HasSubstr("Content-Length: 8\r\n"), EndsWith("\r\n\r\n")));
}

TEST(Server, a_client_that_expects_100_is_told_to_go_on)
{
    RunningServer server;
    PlainClient client(server.port());
    client.send("PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n");
    EXPECT_EQ(client.receive_answer(), "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("x");
    EXPECT_THAT(client.receive_answer(), EndsWith("PUT / x"));
    client.send(
        "PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 65537\r\n\r\n");
    EXPECT_THAT(client.receive_to_end(), StartsWith("HTTP/1.1 413 "));
}

TEST(Server, a_client_of_http_1_0_gets_one_answer)
{
    RunningServer server;
    PlainClient client(server.port());
    client.send("GET /old HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_THAT(client.receive_to_end(),
                AllOf(HasSubstr("Connection: close\r\n"), EndsWith("GET /old ")));
}

TEST(Server, a_client_that_has_closed_its_side_still_gets_its_answers)
{
    RunningServer server;
    PlainClient client(server.port());
    client.send(get("/hold") + get("/next"));
    client.finish();
    ASSERT_TRUE(eventually([&] { return server.answers().asked == 1; }));
    server.answers().release();
    EXPECT_THAT(client.receive_to_end(), AllOf(HasSubstr("GET /hold "), EndsWith("GET /next ")));
}

TEST(Server, what_needs_its_client_is_given_up_when_the_client_has_left)
{
    RunningServer server;
    {
        PlainClient client(server.port());
        client.send(get("/need"));
        ASSERT_TRUE(eventually([&] { return server.answers().asked == 1; }));
        EXPECT_EQ(server.answers().given_up, 0);
    }
    EXPECT_TRUE(eventually([&] { return server.answers().given_up == 1; }));
}

TEST(Server, a_client_that_has_left_half_way_is_still_told_what_was_given_up)
{
    RunningServer server;
    PlainClient client(server.port());
    client.send(get("/need"));
    client.finish();
    EXPECT_THAT(client.receive_to_end(), EndsWith("GET /need "));
    EXPECT_EQ(server.answers().given_up, 1);
}

TEST(Server, a_client_that_sends_ahead_has_not_left)
{
    RunningServer server;
    PlainClient client(server.port());
    client.send(get("/need") + get("/next"));
    ASSERT_TRUE(eventually([&] { return server.answers().asked == 1; }));
    client.send(get("/last", "Connection: close\r\n"));
    server.answers().release();
    EXPECT_THAT(client.receive_to_end(), AllOf(HasSubstr("GET /need "), EndsWith("GET /last ")));
    EXPECT_EQ(server.answers().given_up, 0);
}

TEST(Server, a_bad_request_gets_a_reason_and_nothing_after_it_is_answered)
{
    RunningServer server;
    for (const std::string& bad : std::vector<std::string>{
             "\x16\x03\x01\x02garbage\r\n\r\n", std::string(100'000, 'x'), std::string(100, '\0'),
             "GET / HTTP/1.1\r\n\r\n",
             "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
             "0\r\n\r\n"}) {
        PlainClient client(server.port());
        client.send(bad + get("/smuggled"));
        const std::string answer = client.receive_to_end();
        EXPECT_THAT(answer, AllOf(StartsWith("HTTP/1.1 4"), HasSubstr("Connection: close\r\n"),
                                  HasSubstr("{\"error\":\""), Not(EndsWith("[reset]"))));
        EXPECT_EQ(answer.find("HTTP/1.1 ", 1), answer.npos);
    }
    EXPECT_EQ(server.answers().asked, 0);
}

TEST(Server, a_client_may_send_a_body_that_is_too_large_and_still_reads_why)
{
    RunningServer server;
    PlainClient client(server.port());
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n" +
                std::string(200'000, 'x'));
    EXPECT_THAT(client.receive_to_end(),
                AllOf(StartsWith("HTTP/1.1 413 "), EndsWith("limit of 65536\"}\n")));
}

TEST(Server, a_client_that_dribbles_its_head_or_its_body_is_given_up)
{
    ServerLimits limits;
    limits.head_ns = limits.body_ns = soon_ns;
    RunningServer server(limits);
    PlainClient silent(server.port());
    PlainClient head(server.port());
    PlainClient body(server.port());
    head.send("GET / HTTP/1.1\r\nHo");
    body.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab");
    EXPECT_EQ(silent.receive_to_end(), "");
    EXPECT_THAT(head.receive_to_end(), StartsWith("HTTP/1.1 408 "));
    EXPECT_THAT(body.receive_to_end(), StartsWith("HTTP/1.1 408 "));
    EXPECT_EQ(server.answers().asked, 0);
}

TEST(Server, a_client_that_does_not_end_its_handshake_is_given_up_and_one_without_tls_is_told)
{
    test::Certificates certificates;
    const test::Identity files = certificates.good({"localhost"});
    ServerLimits limits;
    limits.head_ns = soon_ns;
    RunningServer server(limits, {files.certificate_file, files.key_file});
    PlainClient silent(server.port());
    PlainClient half(server.port());
    half.send({"\x16\x03\x01\x02\x00\x01\x00", 7});
    EXPECT_EQ(silent.receive_to_end(), "");
    EXPECT_THAT(half.receive_to_end(), Not(EndsWith("[silence]")));
    PlainClient plain(server.port());
    plain.send(get("/a"));
    EXPECT_THAT(plain.receive_to_end(), AllOf(StartsWith("HTTP/1.1 400 "), HasSubstr("https://"),
                                              Not(EndsWith("[reset]"))));
    EXPECT_EQ(server.answers().asked, 0);
}

TEST(Server, an_idle_connection_is_closed)
{
    ServerLimits limits;
    limits.idle_ns = soon_ns;
    RunningServer server(limits);
    PlainClient client(server.port());
    client.send(get("/a"));
    EXPECT_THAT(client.receive_to_end(), EndsWith("GET /a "));
}

TEST(Server, a_client_that_never_reads_is_reset)
{
    ServerLimits limits;
    limits.write_ns = soon_ns;
    RunningServer server(limits);
    PlainClient client(server.port());
    PlainClient other(server.port());
    client.send(get("/large"));
    other.send(get("/hold"));
    other.finish();
    ASSERT_TRUE(eventually([&] { return server.answers().asked == 2; }));
    server.drain();
    server.answers().release();
    server.wait();  // for both, and would hang
    const std::string answer = client.receive_to_end();
    EXPECT_LT(answer.size(), large_bytes);
    EXPECT_THAT(answer, EndsWith("[reset]"));
}

TEST(Server, a_large_answer_is_whole_while_more_requests_come)
{
    RunningServer server;
    PlainClient client(server.port());
    client.send(get("/large") + get("/next"));
    ASSERT_TRUE(eventually([&] { return server.answers().asked == 1; }));
    client.send(get("/last", "Connection: close\r\n"));
    const std::string answer = client.receive_answer();
    EXPECT_EQ(answer.size() - answer.find("\r\n\r\n") - 4, large_bytes);
    EXPECT_THAT(client.receive_to_end(), AllOf(HasSubstr("GET /next "), EndsWith("GET /last ")));
}

TEST(Server, one_connection_too_many_gets_503)
{
    ServerLimits limits;
    limits.connections_max = 2;
    RunningServer server(limits);
    PlainClient first(server.port());
    PlainClient second(server.port());
    first.send(get("/1"));
    second.send(get("/2"));
    EXPECT_THAT(first.receive_answer(), EndsWith("GET /1 "));
    EXPECT_THAT(second.receive_answer(), EndsWith("GET /2 "));
    PlainClient third(server.port());
    third.send(get("/3"));
    EXPECT_THAT(third.receive_to_end(),
                AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("too many connections")));

    first.finish();
    EXPECT_EQ(first.receive_to_end(), "");
    PlainClient fourth(server.port());
    fourth.send(get("/4"));
    EXPECT_THAT(fourth.receive_answer(), EndsWith("GET /4 "));
}

// The handshake and the message of RFC 6455, sections 1.3 and 5.7.
TEST(Server, an_upgraded_connection_is_the_handlers)
{
    RunningServer server;
    PlainClient client(server.port());
    const std::string message = "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";
    client.send(get("/",
                    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n") +
                message);
    EXPECT_THAT(client.receive_answer(),
                AllOf(StartsWith("HTTP/1.1 101 Switching Protocols\r\n"),
                      HasSubstr("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n")));
    EXPECT_EQ(client.receive(7), "\x81\x05Hello") << "it came with the request";
    client.send(message);
    EXPECT_EQ(client.receive(7), "\x81\x05Hello");
    server.drain();
    EXPECT_EQ(client.receive(7),
              "\x88\x05\x03\xe9"
              "bye");
    client.send(std::string("\x88\x82\0\0\0\0\x03\xe9", 8));
    EXPECT_EQ(client.receive_to_end(), "");
    EXPECT_TRUE(eventually([&] { return server.answers().taken_over == 1; }));
}

TEST(Server, a_drain_finishes_the_request_under_way_and_closes_what_is_idle)
{
    RunningServer server;
    PlainClient idle(server.port());
    PlainClient silent(server.port());
    PlainClient busy(server.port());
    idle.send(get("/a"));
    EXPECT_THAT(idle.receive_answer(), EndsWith("GET /a "));
    busy.send(get("/hold"));
    ASSERT_TRUE(eventually([&] { return server.answers().asked == 2; }));
    server.drain();
    EXPECT_EQ(idle.receive_to_end(), "");
    EXPECT_EQ(silent.receive_to_end(), "");
    server.answers().release();
    EXPECT_THAT(busy.receive_to_end(),
                AllOf(HasSubstr("Connection: close\r\n"), EndsWith("GET /hold ")));
    busy.finish();
    server.wait();
}

TEST(Server, closing_ends_whatever_goes_on)
{
    RunningServer server;
    PlainClient held(server.port());
    PlainClient partial(server.port());
    held.send(get("/hold"));
    partial.send("GET /");
    ASSERT_TRUE(eventually([&] { return server.answers().asked == 1; }));
}

}  // namespace
}  // namespace pivot::http
