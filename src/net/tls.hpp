// TLS 1.2 and 1.3 with OpenSSL over memory buffers, whose bytes go through the ring.
#pragma once

#include "net/tcp.hpp"
#include "net/tls_sessions.hpp"

#include <pivot/failure.hpp>

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include <openssl/ssl.h>
#include <tl/expected.hpp>

namespace pivot::net {

struct TlsConfig {
    // PEM. If this and ca_directory are empty, the system's default store is trusted.
    std::string ca_file;
    std::string ca_directory;      // as made by `openssl rehash`; read as a whole
    std::string certificate_file;  // the client's chain, PEM; none is offered if it is empty
    std::string private_key_file;  // PEM
    bool verify = true;            // the certificate, and that it names the host
};

// A server's certificate and key.
struct TlsFiles {
    std::string certificate;  // its chain, PEM; empty: there is no TLS
    std::string key;          // PEM, without a passphrase

    bool is_there() const { return !certificate.empty(); }
};

// What the connections of a reactor share: the trusted certificates and the sessions to resume, or
// the certificate of a server. Its streams keep it.
class TlsContext : public std::enable_shared_from_this<TlsContext> {
public:
    // The error is a sentence that names the file.
    static tl::expected<std::shared_ptr<TlsContext>, std::string> open(const TlsConfig& config);
    static tl::expected<std::shared_ptr<TlsContext>, std::string> open_server(
        const TlsFiles& files);

    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;

private:
    friend class TlsStream;

    struct Free {
        void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    };

    // A TLS record decrypts to at most 16 KiB. Its bytes are used up before anybody waits, so all
    // connections share one buffer.
    static constexpr std::size_t record_bytes_max = 16 * 1024;

    explicit TlsContext(SSL_CTX* context) : context_(context) {}

    std::unique_ptr<SSL_CTX, Free> context_;
    TlsSessions sessions_;
    std::array<char, record_bytes_max> record_;
};

class TlsStream {
public:
    // Sessions are kept per `origin` (scheme, host and port). The certificate must name `host`, a
    // DNS name or an address literal without brackets; SNI carries it if `sends_sni`.
    TlsStream(TlsContext& context, TcpStream& tcp, std::string_view host, std::string_view origin,
              bool sends_sni);

    // The server's side. `context` must be a server's.
    TlsStream(TlsContext& context, TcpStream& tcp);

    TlsStream(const TlsStream&) = delete;
    TlsStream& operator=(const TlsStream&) = delete;
    ~TlsStream();

    // Fails with tls (the message says why a certificate was refused), timeout or cancelled; a
    // server's also with protocol, if the client speaks HTTP without TLS.
    reactor::Task<Result<void>> handshake(reactor::Deadline& deadline);

    // Sends as TcpStream::send() does; receive() sends the rest that it leaves.
    reactor::Task<Result<void>> send(std::string_view bytes, reactor::Deadline& deadline);

    // Before the first send_all(): from now on receive() sends nothing.
    void start_duplex() { is_duplex_ = true; }

    // Sends as TcpStream::send_all() does, and what receive() has to answer (key updates, RFC 8446,
    // section 4.6.3).
    reactor::Task<Result<void>> send_all(std::string_view bytes, reactor::Deadline& deadline);

    // Yields some bytes, which are valid until the next receive on this reactor, or none if the
    // peer has closed in good order. Sets `phase` to `wait` when the rest that send() left is sent.
    // Fails with closed, tls, timeout or cancelled.
    reactor::Task<Result<std::string_view>> receive(Phase& phase, reactor::Deadline& deadline);

    // Sends close_notify (RFC 8446, section 6.1) if the socket takes it at once. The peer can still
    // send.
    reactor::Task<> end();

    // Whether the handshake went on with an earlier session.
    bool is_resumed() const;

    // True if everything received has been read, including what can be decrypted now.
    bool is_quiet();

    reactor::FramePool& frames() const { return tcp_.frames(); }

private:
    friend class TlsContext;

    struct Free {
        void operator()(SSL* ssl) const { SSL_free(ssl); }
    };

    static int verified(int is_good, X509_STORE_CTX* store);
    static int got_session(SSL* ssl, SSL_SESSION* session);

    Result<void> encrypt(std::string_view bytes);
    std::string take_records();
    reactor::Task<Result<void>> flush(reactor::Deadline& deadline);
    reactor::Task<Result<void>> send_records(reactor::Deadline& deadline);
    tl::unexpected<Failure> fail_handshake(std::string why);
    std::string explain(int error) const;

    const std::shared_ptr<TlsContext> context_;
    TcpStream& tcp_;
    std::string origin_;
    std::string refusal_;  // why the certificate was refused
    const bool is_server_;
    bool is_set_up_ = false;  // OpenSSL has accepted the host name
    bool is_duplex_ = false;
    std::unique_ptr<SSL, Free> ssl_;
    BIO* incoming_;  // encrypted bytes from the peer; the SSL owns both
    BIO* outgoing_;
};

}  // namespace pivot::net
