// Claim: a new HTTPS connection costs the engine what it costs OpenSSL, and after the first one
// every connection resumes.
//
// Method: one connection for each request to nginx on the other core, which closes it after the
// answer: connect, handshake, GET, answer, close. TLS 1.3 and 1.2, with handshakes that are full
// (the server resumes nothing) and resumed. The floor is OpenSSL over epoll with one SSL_CTX.
// Certificates are verified on both sides of the comparison. CPU time of the client's thread. The
// server's log tells how many connections resumed, also where 64 come and go at a time. The
// checksum counts the connections.
#include "callflow.hpp"
#include "nginx.hpp"
#include "peers/certificates.hpp"
#include "pivot_loop.hpp"
#include "rounds.hpp"

#include <pivot/engine.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace pivot::bench {
namespace {

constexpr std::size_t many_at_a_time = 64;

struct Kind {
    std::string name;
    const char* protocol;  // as nginx names it
    bool resumes;
    std::uint16_t port = Nginx::free_port();

    std::string log() const { return fmt::format("resumed{}", port); }
};

std::string server(const Kind& kind, const test::Identity& identity)
{
    return fmt::format(
        "server {{\n"
        "    listen 127.0.0.1:{} ssl backlog=1024;\n"
        "    keepalive_timeout 0;\n"
        "    access_log {} resumed;\n"
        "    ssl_certificate {};\n"
        "    ssl_certificate_key {};\n"
        "    ssl_protocols {};\n"
        "    ssl_session_cache {};\n"
        "    ssl_session_tickets {};\n"
        "}}\n",
        kind.port, kind.log(), identity.certificate_file, identity.key_file, kind.protocol,
        kind.resumes ? "none" : "off", kind.resumes ? "on" : "off");
}

// OpenSSL, sockets that do not block, epoll, and nothing else.
class BareClient {
public:
    BareClient(const std::string& ca_file, const Kind& kind)
        : tls_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free),
          kind_(kind),
          epoll_(test::checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1"))
    {
        SSL_CTX_load_verify_file(tls_.get(), ca_file.c_str());
        SSL_CTX_set_verify(tls_.get(), SSL_VERIFY_PEER, nullptr);
        SSL_CTX_set_session_cache_mode(tls_.get(),
                                       SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
        SSL_CTX_set_app_data(tls_.get(), this);
        SSL_CTX_sess_set_new_cb(tls_.get(), [](SSL* ssl, SSL_SESSION* session) {
            auto* client = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
            static_cast<BareClient*>(client)->session_.reset(session);
            return 1;
        });
    }

    // CPU time of one connection, in nanoseconds.
    double run(std::size_t connections, std::size_t at_a_time)
    {
        const Nanoseconds started = thread_cpu_ns();
        left_ = connections;
        running_ = 0;
        connections_.clear();
        connections_.resize(at_a_time);
        for (Connection& connection : connections_) open(connection);
        while (running_ > 0) {
            std::array<epoll_event, 64> events;
            const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), -1);
            for (int i = 0; i < count; ++i) {
                auto* ready = events[static_cast<std::size_t>(i)].data.ptr;
                go_on(*static_cast<Connection*>(ready));
            }
        }
        return static_cast<double>(thread_cpu_ns() - started) / static_cast<double>(connections);
    }

private:
    struct Connection {
        test::Descriptor socket;
        std::unique_ptr<SSL, decltype(&SSL_free)> ssl{nullptr, SSL_free};
        bool has_asked = false;
    };
    struct Free {
        void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
    };

    void open(Connection& connection)
    {
        if (left_ == 0) return;
        --left_;
        ++running_;
        auto& [socket, ssl, has_asked] = connection;
        socket = test::Descriptor(
            ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP));
        const int on = 1;
        ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(kind_.port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        ::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address);
        epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLET, .data = {.ptr = &connection}};
        test::checked(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket.get(), &event), "epoll_ctl");

        ssl.reset(SSL_new(tls_.get()));
        SSL_set_fd(ssl.get(), socket.get());
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl.get()), "127.0.0.1");
        if (kind_.resumes && session_) SSL_set_session(ssl.get(), session_.get());
        SSL_set_connect_state(ssl.get());
        has_asked = false;
    }

    void go_on(Connection& connection)
    {
        SSL* ssl = connection.ssl.get();
        int result = 0;
        if (!connection.has_asked) {
            result = SSL_do_handshake(ssl);
            if (result == 1) {
                connection.has_asked = true;
                SSL_write(ssl, request_.data(), static_cast<int>(request_.size()));
            }
        }
        while (connection.has_asked) {
            result = SSL_read(ssl, answer_.data(), static_cast<int>(answer_.size()));
            if (result <= 0) break;
        }
        const int error = SSL_get_error(ssl, result);
        if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return;
        if (!connection.has_asked) throw std::runtime_error("the handshake failed");
        SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
        connection.ssl.reset();
        connection.socket.close();
        --running_;
        open(connection);
    }

    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> tls_;
    const Kind& kind_;
    const test::Descriptor epoll_;
    const std::string request_ = "GET /flow HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    std::array<char, 16'384> answer_;
    std::unique_ptr<SSL_SESSION, Free> session_;
    std::vector<Connection> connections_;
    std::size_t left_ = 0;
    std::size_t running_ = 0;
};

// How many of the engine's connections did not resume, by the server's log: `.?` is a full
// handshake and `r?` a resumed one; without parameters it was the bare client. The server writes
// the line when it is done with a connection, which may be after the client.
std::size_t count_full(const std::string& path, std::size_t connections)
{
    while (true) {
        std::ifstream log(path);
        const std::vector<std::string> lines{std::istream_iterator<std::string>(log), {}};
        const auto full = static_cast<std::size_t>(std::ranges::count(lines, ".?"));
        const auto resumed = static_cast<std::size_t>(std::ranges::count(lines, "r?"));
        if (full + resumed == connections) return full;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

int run(const Arguments& arguments)
{
    if (!Nginx::is_installed()) {
        std::fprintf(stderr, "tls_connection: needs Debian's package nginx-light\n");
        return exit_skipped;
    }
    Report report(arguments, "A new HTTPS connection costs what OpenSSL costs, and resumes");
    const std::array kinds{
        Kind{"TLS 1.3 full", "TLSv1.3", false}, Kind{"TLS 1.3 resumed", "TLSv1.3", true},
        Kind{"TLS 1.2 full", "TLSv1.2", false}, Kind{"TLS 1.2 resumed", "TLSv1.2", true}};
    test::Certificates certificates;
    const auto identity = certificates.good({"127.0.0.1"});
    std::string servers = "log_format resumed $ssl_session_reused$is_args;\n";
    for (const Kind& kind : kinds) servers += server(kind, identity);
    run_on(Core::server);
    const Nginx nginx(servers);
    nginx.serve("flow", callflow(400));
    run_on(Core::client);

    EngineConfig config;
    config.policy.allow = {"127.0.0.0/8"};
    config.tls.ca_file = certificates.ca_file();
    auto engine = Engine::create(config);
    if (!engine) throw std::runtime_error(engine.error());

    const std::size_t connections = arguments.is_small ? 100 : 1'000;
    std::uint64_t made = 0;
    for (const Kind& kind : kinds) {
        BareClient bare(certificates.ca_file(), kind);
        PivotLoop loop(**engine, fmt::format("https://127.0.0.1:{}/flow", kind.port));
        const auto log = nginx.path_of(kind.log());
        bare.run(2, 1);
        loop.run(2, 1);  // the first connection, which cannot resume, and a second one
        std::size_t asked = 2;
        for (std::size_t round = 0; round < arguments.rounds(); ++round) {
            const std::size_t full_before = count_full(log, asked);
            for (const std::size_t at_a_time : {std::size_t{1}, many_at_a_time}) {
                const auto name = fmt::format("{}, {} at a time", kind.name, at_a_time);
                report.add(name + ", OpenSSL", "us", bare.run(connections, at_a_time) / 1'000);
                report.add(name + ", engine", "us", loop.run(connections, at_a_time) / 1'000);
                asked += connections;
            }
            if (!kind.resumes) continue;
            const std::size_t full = count_full(log, asked) - full_before;
            report.add(kind.name + ", did not resume", "connections", static_cast<double>(full));
        }
        made += 2 * asked;
    }
    for (const Kind& kind : kinds) {
        for (const std::size_t at_a_time : {std::size_t{1}, many_at_a_time}) {
            const auto name = fmt::format("{}, {} at a time", kind.name, at_a_time);
            report.add_ratio(name + ", engine ÷ OpenSSL", name + ", engine", name + ", OpenSSL",
                             1.1);
        }
        if (!kind.resumes) continue;
        report.add_ratio_to(kind.name + ", reconnects that did not resume",
                            kind.name + ", did not resume", 1, 0);
    }
    return report.finish(made);
}

}  // namespace
}  // namespace pivot::bench

int main(int count, char** values)
try {
    return pivot::bench::run(pivot::bench::Arguments(count, values));
} catch (const std::exception& error) {
    std::fprintf(stderr, "tls_connection: %s\n", error.what());
    return 1;
}
