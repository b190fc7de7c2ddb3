// Servers that say something before they have read the request, or do not read it at all.
#include "engine/engine_fixture.hpp"
#include "peers/certificates.hpp"
#include "peers/http_request.hpp"
#include "peers/tls_stream.hpp"

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <string_view>
#include <thread>

#include <fmt/format.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

namespace pivot::test {
namespace {

constexpr std::string_view too_large =
    "HTTP/1.1 413 Content Too Large\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nno\n";

// Takes one connection, whose window and segments are so small that a large request stays at its
// client, and does with it what a test says.
class OneConnection {
public:
    using Deed = std::function<void(int socket)>;

    explicit OneConnection(Deed deed)
        : listener_(listen_narrowly()), thread_([this, deed = std::move(deed)] {
              pollfd waiting{.fd = listener_.get(), .events = POLLIN, .revents = 0};
              ::poll(&waiting, 1, 10'000);
              const Descriptor socket{::accept(listener_.get(), nullptr, nullptr)};
              pollfd asked{.fd = socket.get(), .events = POLLIN, .revents = 0};
              ::poll(&asked, 1, 10'000);
              deed(socket.get());
          })
    {
    }

    std::string url(std::string_view scheme = "http") const
    {
        return fmt::format("{}://127.0.0.1:{}", scheme, port_of(listener_));
    }

private:
    // Before anybody can connect: the kernel accepts by itself, with the options of the moment.
    static Descriptor listen_narrowly()
    {
        Descriptor listener = listen_tcp("127.0.0.1");
        const int buffer_bytes = 4'096;
        ::setsockopt(listener.get(), SOL_SOCKET, SO_RCVBUF, &buffer_bytes, sizeof(int));
        const int segment_bytes = 536;
        ::setsockopt(listener.get(), IPPROTO_TCP, TCP_MAXSEG, &segment_bytes, sizeof(int));
        return listener;
    }

    const Descriptor listener_;
    std::jthread thread_;
};

void say(int socket, std::string_view bytes)
{
    ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

// Reads until the client has left, or has said so much.
void read_to_the_end(int socket, std::size_t bytes_max = ~std::size_t{0})
{
    std::array<char, 65'536> bytes;
    for (std::size_t size = 0; size < bytes_max;) {
        const auto taken = ::recv(socket, bytes.data(), bytes.size(), 0);
        if (taken <= 0) return;
        size += static_cast<std::size_t>(taken);
    }
}

// Until the client has left, without reading anything.
void wait_for_the_end(int socket)
{
    pollfd gone{.fd = socket, .events = POLLRDHUP, .revents = 0};
    ::poll(&gone, 1, 30'000);
}

constexpr std::size_t request_bytes = 400'000;

pivot::Request large_request(const std::string& url)
{
    auto call = some_call();
    call.custom_application_vars = R"({"x":")" + std::string(request_bytes, 'x') + R"("})";
    return request_of(node(url, R"(,"method":"post")"), std::move(call));
}

TEST(EarlyAnswer, of_a_server_that_closes_is_the_answer)
{
    OneConnection server([](int socket) { say(socket, too_large); });
    Pivots pivots;
    const auto outcome = pivots.run(large_request(server.url()));
    EXPECT_TRUE(has_failed(outcome, Reason::status));
    EXPECT_EQ(outcome.exchange->status, 413);
}

TEST(EarlyAnswer, of_a_server_that_reads_nothing_is_the_answer)
{
    OneConnection server([](int socket) {
        say(socket, too_large);
        wait_for_the_end(socket);
    });
    Pivots pivots;
    const auto outcome = pivots.run(large_request(server.url()));
    EXPECT_TRUE(has_failed(outcome, Reason::status));
    EXPECT_EQ(outcome.exchange->status, 413);
}

TEST(EarlyAnswer, that_is_informational_is_not_the_last)
{
    OneConnection server([](int socket) {
        say(socket, "HTTP/1.1 100 Continue\r\n\r\n");
        read_to_the_end(socket, request_bytes);
        say(socket, ordinary_answer(200, "application/json", hello));
        read_to_the_end(socket);
    });
    Pivots pivots;
    EXPECT_TRUE(is_processed(pivots.run(large_request(server.url()))));
}

TEST(EarlyAnswer, that_is_missing_leaves_how_far_the_request_came)
{
    OneConnection server([](int) {});
    Pivots pivots;
    const auto outcome = pivots.run(large_request(server.url()));
    EXPECT_TRUE(has_failed(outcome, Reason::closed));
    EXPECT_TRUE(says(outcome, "the peer closed after ")) << outcome.to_json();
    EXPECT_TRUE(says(outcome, " bytes sent"));
}

// Session tickets come while the request is sent, and do not answer it.
TEST(EarlyAnswer, of_tls_itself_leaves_a_request_that_is_sent)
{
    Certificates certificates;
    const TlsServer tls(
        {.identity = certificates.good({"127.0.0.1"}), .version_min = TLS1_3_VERSION});
    OneConnection server([&tls](int socket) {
        Handshake handshake;
        const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(tls.get()), SSL_free);
        SSL_set_fd(ssl.get(), socket);
        SSL_set_app_data(ssl.get(), &handshake);
        if (SSL_accept(ssl.get()) != 1) return;
        std::array<char, 65'536> bytes;
        std::string asked;
        while (!take_request(asked)) {
            const int taken = SSL_read(ssl.get(), bytes.data(), static_cast<int>(bytes.size()));
            if (taken <= 0) return;
            asked.append(bytes.data(), static_cast<std::size_t>(taken));
        }
    });
    auto config = loopback();
    config.tls.ca_file = certificates.ca_file();
    Pivots pivots{config};
    const auto outcome = pivots.run(large_request(server.url("https")));
    EXPECT_TRUE(has_failed(outcome, Reason::closed));
    EXPECT_EQ(outcome.failure->phase, Phase::wait) << outcome.to_json();
}

// Each byte takes a receive buffer of the reactor as long as nobody reads it.
TEST(UnreadingServer, does_not_keep_other_calls_from_their_answers)
{
    std::atomic<bool> has_spoken = false;
    OneConnection server([&](int socket) {
        const int on = 1;
        ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        for (int i = 0; i < 1'000; ++i) {
            say(socket, "H");
            std::this_thread::sleep_for(100us);
        }
        has_spoken = true;
        wait_for_the_end(socket);
    });
    HttpPeer healthy{answer()};
    Pivots pivots;
    auto attacked = pivots.start(large_request(server.url()));
    while (!has_spoken) EXPECT_TRUE(is_processed(pivots.run(node(healthy.url("/")))));
    EXPECT_TRUE(is_processed(pivots.run(node(healthy.url("/")))));
    EXPECT_TRUE(has_failed(attacked.get(), Reason::protocol));
}

}  // namespace
}  // namespace pivot::test
