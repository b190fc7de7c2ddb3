#include "peers/certificates.hpp"
#include "peers/eventually.hpp"
#include "peers/http_peer.hpp"
#include "peers/loopback.hpp"
#include "peers/plain_client.hpp"

#include <array>
#include <filesystem>

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>

namespace pivot::test {

namespace {

constexpr std::string_view get = "GET /flow HTTP/1.1\r\nHost: voice.example\r\n\r\n";

void say_hello(HttpPeer::Exchange& exchange)
{
    exchange.reply(200, "text/plain", "hello");
}

struct TlsClientOptions {
    std::string ca_file;
    std::string name = "voice.example";
    int version_max = TLS1_3_VERSION;
    Identity identity = {};
    std::string alpn = "";  // as on the wire
    SSL_SESSION* session = nullptr;
};

// Blocks. Verifies the certificate and its name, or address.
class TlsClient {
public:
    TlsClient(std::uint16_t port, const TlsClientOptions& options)
        : socket_(connect_tcp("127.0.0.1", port)),
          tls_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free),
          ssl_(nullptr, SSL_free)
    {
        SSL_CTX_set_verify(tls_.get(), SSL_VERIFY_PEER, nullptr);
        SSL_CTX_set_max_proto_version(tls_.get(), options.version_max);
        SSL_CTX_load_verify_file(tls_.get(), options.ca_file.c_str());
        SSL_CTX_use_certificate_file(tls_.get(), options.identity.certificate_file.c_str(),
                                     SSL_FILETYPE_PEM);
        SSL_CTX_use_PrivateKey_file(tls_.get(), options.identity.key_file.c_str(),
                                    SSL_FILETYPE_PEM);
        ssl_.reset(SSL_new(tls_.get()));
        SSL_set_fd(ssl_.get(), socket_.get());
        if (options.session != nullptr) SSL_set_session(ssl_.get(), options.session);
        if (!options.alpn.empty()) {
            SSL_set_alpn_protos(ssl_.get(),
                                reinterpret_cast<const unsigned char*>(options.alpn.data()),
                                static_cast<unsigned>(options.alpn.size()));
        }
        if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_.get()), options.name.c_str()) != 1) {
            SSL_set1_host(ssl_.get(), options.name.c_str());
            SSL_set_tlsext_host_name(ssl_.get(), options.name.c_str());
        }
    }

    // A session that was not shut down is not resumed: SSL_free() spoils it.
    ~TlsClient() { SSL_shutdown(ssl_.get()); }

    // Empty when all is well; else what is wrong with the certificate, or with the handshake.
    std::string shake_hands()
    {
        ERR_clear_error();
        const int result = SSL_connect(ssl_.get());
        if (result == 1) return "";
        const auto verified = SSL_get_verify_result(ssl_.get());
        if (verified != X509_V_OK) return X509_verify_cert_error_string(verified);
        const char* reason = ERR_reason_error_string(ERR_peek_last_error());
        return reason != nullptr ? reason : "reset";
    }

    void send(std::string_view bytes)
    {
        SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
    }

    // All until the server closes; " [truncated]" follows where it did so without a close_notify.
    std::string receive_to_end()
    {
        std::string bytes;
        std::array<char, 4096> buffer;
        while (true) {
            const int count = SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()));
            if (count > 0) {
                bytes.append(buffer.data(), static_cast<std::size_t>(count));
                continue;
            }
            const bool is_whole = SSL_get_error(ssl_.get(), count) == SSL_ERROR_ZERO_RETURN;
            return is_whole ? bytes : bytes + " [truncated]";
        }
    }

    std::string selected_protocol() const
    {
        const unsigned char* name = nullptr;
        unsigned size = 0;
        SSL_get0_alpn_selected(ssl_.get(), &name, &size);
        return {reinterpret_cast<const char*>(name), size};
    }

    SSL_SESSION* session() const { return SSL_get1_session(ssl_.get()); }

private:
    const Descriptor socket_;
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> tls_;
    std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
};

struct Tls : testing::Test {
    // The client's side of OpenSSL writes without MSG_NOSIGNAL.
    Tls() { ::signal(SIGPIPE, SIG_IGN); }

    // What a client makes of a server with this certificate.
    std::string verdict(const Identity& identity, const std::string& name = "voice.example")
    {
        HttpPeer peer{say_hello, {.tls = {{.identity = identity}}}};
        return TlsClient{peer.port(), {.ca_file = certificates.ca_file(), .name = name}}
            .shake_hands();
    }

    TlsClientOptions trusting() const { return {.ca_file = certificates.ca_file()}; }

    Certificates certificates;
    const Certificates::Names names{"voice.example", "127.0.0.1", "::1"};
    const Identity identity = certificates.good(names);
};

TEST_F(Tls, a_good_certificate_is_good_for_each_of_its_names)
{
    for (const auto& name : names) EXPECT_EQ(verdict(identity, name), "") << name;
}

TEST_F(Tls, each_bad_certificate_is_bad_for_its_own_reason)
{
    EXPECT_EQ(verdict(certificates.expired(names)), "certificate has expired");
    EXPECT_EQ(verdict(certificates.not_yet_valid(names)), "certificate is not yet valid");
    EXPECT_EQ(verdict(certificates.self_signed(names)), "self-signed certificate");
    EXPECT_EQ(verdict(certificates.untrusted(names)), "unable to get local issuer certificate");
    EXPECT_EQ(verdict(certificates.good({"other.example"})), "hostname mismatch");
    EXPECT_EQ(verdict(certificates.good({"voice.example"}), "127.0.0.1"), "IP address mismatch");
    EXPECT_EQ(verdict(certificates.client("voice.example")), "unsuitable certificate purpose");
}

TEST_F(Tls, the_files_go_away_with_their_owner)
{
    std::string file;
    {
        const Certificates short_lived;
        file = short_lived.ca_file();
        EXPECT_TRUE(std::filesystem::exists(file));
    }
    EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(Tls, the_scripted_exchange_is_the_same)
{
    HttpPeer peer{[](HttpPeer::Exchange& exchange) {
                      exchange.reply(200, "text/plain", std::string(100'000, 'x'));
                      if (exchange.request.number == 2) exchange.close();
                  },
                  {.tls = {{.identity = identity}}}};
    EXPECT_TRUE(peer.url("/").starts_with("https://127.0.0.1:"));
    TlsClient client{peer.port(), trusting()};
    ASSERT_EQ(client.shake_hands(), "");
    client.send(get);
    client.send(get);
    const auto answers = client.receive_to_end();
    EXPECT_GT(answers.size(), 200'000U);
    EXPECT_TRUE(answers.ends_with("xxx"));
    EXPECT_EQ(peer.requests().size(), 2U);
}

TEST_F(Tls, cutting_is_a_truncation)
{
    HttpPeer peer{[](HttpPeer::Exchange& exchange) {
                      exchange.send("hel");
                      exchange.cut();
                  },
                  {.tls = {{.identity = identity}}}};
    TlsClient client{peer.port(), trusting()};
    ASSERT_EQ(client.shake_hands(), "");
    client.send(get);
    EXPECT_EQ(client.receive_to_end(), "hel [truncated]");
}

TEST_F(Tls, a_handshake_is_recorded)
{
    HttpPeer peer{say_hello, {.tls = {{.identity = identity}}}};
    auto options = trusting();
    options.alpn = "\x02h2\x08http/1.1";
    ASSERT_EQ((TlsClient{peer.port(), options}.shake_hands()), "");
    ASSERT_TRUE(eventually([&] { return peer.handshakes().size() == 1; }));

    const auto handshake = peer.handshakes().front();
    EXPECT_TRUE(handshake.is_complete);
    EXPECT_EQ(handshake.failure, "");
    EXPECT_EQ(handshake.server_name, "voice.example");
    EXPECT_EQ(handshake.alpn_offered, (std::vector<std::string>{"h2", "http/1.1"}));
    EXPECT_EQ(handshake.version, "TLSv1.3");
    EXPECT_FALSE(handshake.was_resumed);
    EXPECT_EQ(handshake.client_name, "");
}

TEST_F(Tls, a_handshake_that_the_client_refused_is_recorded)
{
    HttpPeer peer{say_hello, {.tls = {{.identity = certificates.untrusted(names)}}}};
    EXPECT_NE((TlsClient{peer.port(), trusting()}.shake_hands()), "");
    ASSERT_TRUE(eventually([&] { return peer.handshakes().size() == 1; }));

    const auto handshake = peer.handshakes().front();
    EXPECT_FALSE(handshake.is_complete);
    EXPECT_EQ(handshake.failure, "tlsv1 alert unknown ca");
    EXPECT_EQ(handshake.server_name, "voice.example");
    EXPECT_TRUE(eventually([&] { return peer.connections_open() == 0; }));
}

TEST_F(Tls, versions_may_be_limited)
{
    auto old_client = trusting();
    old_client.version_max = TLS1_2_VERSION;
    {
        HttpPeer peer{say_hello, {.tls = {{.identity = identity, .version_max = TLS1_2_VERSION}}}};
        EXPECT_EQ((TlsClient{peer.port(), trusting()}.shake_hands()), "");
        ASSERT_TRUE(eventually([&] { return peer.handshakes().size() == 1; }));
        EXPECT_EQ(peer.handshakes().front().version, "TLSv1.2");
    }
    HttpPeer modern{say_hello, {.tls = {{.identity = identity, .version_min = TLS1_3_VERSION}}}};
    EXPECT_EQ((TlsClient{modern.port(), old_client}.shake_hands()), "tlsv1 alert protocol version");
    HttpPeer ancient{say_hello,
                     {.tls = {{.identity = identity,
                               .version_min = TLS1_1_VERSION,
                               .version_max = TLS1_1_VERSION}}}};
    EXPECT_NE((TlsClient{ancient.port(), trusting()}.shake_hands()), "");
}

TEST_F(Tls, a_client_may_have_to_show_a_certificate)
{
    HttpPeer peer{say_hello,
                  {.tls = {{.identity = identity, .client_ca_file = certificates.ca_file()}}}};
    {
        TlsClient stranger{peer.port(), trusting()};
        (void)stranger.shake_hands();  // over TLS 1.3 the refusal comes later
        EXPECT_EQ(stranger.receive_to_end(), " [truncated]");
        ASSERT_TRUE(eventually([&] { return peer.handshakes().size() == 1; }));
        EXPECT_EQ(peer.handshakes().front().failure, "peer did not return a certificate");
    }
    auto options = trusting();
    options.identity = certificates.client("a switch");
    TlsClient client{peer.port(), options};
    EXPECT_EQ(client.shake_hands(), "");
    ASSERT_TRUE(eventually([&] { return peer.handshakes().size() == 2; }));
    EXPECT_EQ(peer.handshakes().back().client_name, "a switch");
}

TEST_F(Tls, a_session_is_resumed_only_where_the_server_allows_it)
{
    for (const bool resumes : {true, false}) {
        for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
            HttpPeer peer{[](HttpPeer::Exchange& exchange) {
                              say_hello(exchange);
                              exchange.close();
                          },
                          {.tls = {{.identity = identity, .resumes_sessions = resumes}}}};
            auto options = trusting();
            options.version_max = version;
            const auto ask = [&] {
                TlsClient client{peer.port(), options};
                EXPECT_EQ(client.shake_hands(), "");
                client.send(get);
                EXPECT_TRUE(client.receive_to_end().ends_with("hello"));
                return std::unique_ptr<SSL_SESSION, decltype(&SSL_SESSION_free)>{client.session(),
                                                                                 SSL_SESSION_free};
            };
            const auto session = ask();
            options.session = session.get();
            ask();
            ASSERT_EQ(peer.handshakes().size(), 2U);
            EXPECT_FALSE(peer.handshakes().front().was_resumed);
            EXPECT_EQ(peer.handshakes().back().was_resumed, resumes) << version;
        }
    }
}

TEST_F(Tls, a_protocol_is_selected_as_told)
{
    auto options = trusting();
    options.alpn = "\x02h2\x08http/1.1";
    for (const char* protocol : {"", "h2", "http/1.1"}) {
        HttpPeer peer{say_hello, {.tls = {{.identity = identity, .alpn = protocol}}}};
        TlsClient client{peer.port(), options};
        EXPECT_EQ(client.shake_hands(), "");
        EXPECT_EQ(client.selected_protocol(), protocol);
    }
}

TEST_F(Tls, a_client_hello_may_be_met_badly)
{
    const auto failure = [&](Hello hello) {
        HttpPeer peer{say_hello, {.tls = {{.identity = identity, .hello = hello}}}};
        auto failure = TlsClient{peer.port(), trusting()}.shake_hands();
        EXPECT_TRUE(eventually([&] { return peer.handshakes().size() == 1; }));
        EXPECT_EQ(peer.handshakes().front().failure, "broken off");
        return failure;
    };
    EXPECT_EQ(failure(Hello::garbage), "wrong version number");
    EXPECT_EQ(failure(Hello::close), "unexpected eof while reading");
    EXPECT_EQ(failure(Hello::reset), "reset");
}

TEST_F(Tls, a_silent_server_does_not_outlive_its_owner)
{
    const auto start = Clock::now();
    {
        HttpPeer peer{say_hello, {.tls = {{.identity = identity, .hello = Hello::silence}}}};
        PlainClient never_greets{peer.port()};
        EXPECT_TRUE(eventually([&] { return peer.connections_accepted() == 1; }));
    }
    EXPECT_LT(Clock::now() - start, std::chrono::seconds(5));
}

TEST_F(Tls, a_certificate_that_cannot_be_read_is_told_at_once)
{
    EXPECT_THROW((HttpPeer{say_hello, {.tls = {{.identity = {"absent.pem", "absent.key"}}}}}),
                 std::runtime_error);
}

}  // namespace

}  // namespace pivot::test
