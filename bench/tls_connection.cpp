// Claim: a new HTTPS connection costs the engine what it costs OpenSSL, and after the first one
// every connection resumes.
//
// Method: one connection for each request to nginx on the other core, which closes it behind the
// answer: connect, handshake, GET, answer, close. TLS 1.3 and 1.2, with handshakes that are full
// (the server resumes nothing) and resumed. The floor is OpenSSL over blocking sockets with one
// SSL_CTX. Certificates are verified on both sides of the comparison. CPU time of the client's
// thread. The server's log tells how many connections resumed, also while 64 come and go at a time.
// The checksum counts the connections.
#include "callflow.hpp"
#include "nginx.hpp"
#include "peers/certificates.hpp"
#include "pivot_loop.hpp"
#include "rounds.hpp"

#include <pivot/engine.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
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

// OpenSSL, blocking sockets, and nothing else.
class BareClient {
public:
    BareClient(const std::string& ca_file, const Kind& kind)
        : tls_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free), kind_(kind)
    {
        SSL_CTX_load_verify_file(tls_.get(), ca_file.c_str());
        SSL_CTX_set_verify(tls_.get(), SSL_VERIFY_PEER, nullptr);
        SSL_CTX_set_session_cache_mode(tls_.get(),
                                       SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
        SSL_CTX_set_app_data(tls_.get(), this);
        SSL_CTX_sess_set_new_cb(tls_.get(), [](SSL* ssl, SSL_SESSION* session) {
            static_cast<BareClient*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)))
                ->session_.reset(session);
            return 1;
        });
    }

    // CPU time of one connection, in nanoseconds.
    double run(std::size_t connections)
    {
        const Nanoseconds started = thread_cpu_ns();
        for (std::size_t i = 0; i < connections; ++i) ask_once();
        return static_cast<double>(thread_cpu_ns() - started) / static_cast<double>(connections);
    }

private:
    void ask_once()
    {
        const test::Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        const int on = 1;
        ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(kind_.port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        test::checked(
            ::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address),
            "connect");

        const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(tls_.get()), SSL_free);
        SSL_set_fd(ssl.get(), socket.get());
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl.get()), "127.0.0.1");
        if (kind_.resumes && session_) SSL_set_session(ssl.get(), session_.get());
        if (SSL_connect(ssl.get()) != 1) throw std::runtime_error("the handshake failed");
        SSL_write(ssl.get(), request_.data(), static_cast<int>(request_.size()));
        int size = 0;
        while ((size = SSL_read(ssl.get(), answer_.data(), static_cast<int>(answer_.size()))) > 0) {
            received_ += static_cast<std::size_t>(size);
        }
        SSL_set_shutdown(ssl.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    }

    struct Free {
        void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
    };

    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> tls_;
    const Kind& kind_;
    const std::string request_ = "GET /flow HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    std::array<char, 16'384> answer_;
    std::size_t received_ = 0;
    std::unique_ptr<SSL_SESSION, Free> session_;
};

// A line for each connection: `r` if it resumed, else `.`
std::vector<std::string> read_log(const std::string& path)
{
    std::ifstream log(path);
    return {std::istream_iterator<std::string>(log), std::istream_iterator<std::string>()};
}

// How many of the connections that the log gained since `before` did not resume. The server writes
// a line when it is done with a connection, which may be after the client.
std::size_t count_full(const std::string& path, std::size_t before, std::size_t connections)
{
    std::vector<std::string> lines;
    while (lines.size() < before + connections) lines = read_log(path);
    const auto first = lines.begin() + static_cast<std::ptrdiff_t>(before);
    return static_cast<std::size_t>(std::count(first, lines.end(), "."));
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
    std::string servers = "log_format resumed $ssl_session_reused;\n";
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

    const std::size_t connections = arguments.is_small ? 150 : 1'000;
    std::uint64_t made = 0;
    for (const Kind& kind : kinds) {
        BareClient bare(certificates.ca_file(), kind);
        PivotLoop loop(**engine, fmt::format("https://127.0.0.1:{}/flow", kind.port));
        const auto log = nginx.path_of(kind.log());
        bare.run(2);
        loop.run(2, 1);  // the first connection, which cannot resume, and a second one
        for (std::size_t round = 0; round < arguments.rounds(); ++round) {
            report.add(kind.name + ", OpenSSL", "us", bare.run(connections) / 1'000);
            const auto before = read_log(log).size();
            report.add(kind.name + ", engine", "us", loop.run(connections, 1) / 1'000);
            report.add(kind.name + fmt::format(", engine, {} at a time", many_at_a_time), "us",
                       loop.run(connections, many_at_a_time) / 1'000);
            made += 3 * connections;
            if (!kind.resumes) continue;
            const auto full = count_full(log, before, 2 * connections);
            report.add(kind.name + ", did not resume", "of 100",
                       100.0 * static_cast<double>(full) / static_cast<double>(2 * connections));
        }
    }
    for (const Kind& kind : kinds) {
        const auto floor = kind.name + ", OpenSSL";
        report.add_ratio(kind.name + ", engine ÷ OpenSSL", kind.name + ", engine", floor, 1.1);
        if (!kind.resumes) continue;
        report.add_ratio_to(kind.name + ", reconnects that did not resume",
                            kind.name + ", did not resume", 100, 0);
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
