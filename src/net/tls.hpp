// TLS 1.2 and 1.3 on OpenSSL, over memory: what it wants to send and receive goes through the ring.
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
    std::string ca_file;           // PEM; with ca_directory empty too: the system's default store
    std::string ca_directory;      // as made by `openssl rehash`; read as a whole
    std::string certificate_file;  // PEM chain of the client; empty: none is offered
    std::string private_key_file;  // PEM
    bool verify = true;            // the certificate, and that it names the host
};

// What the connections of a reactor share: the trusted certificates and the sessions to resume.
class TlsContext {
public:
    // An error is a sentence that names the file.
    static tl::expected<std::unique_ptr<TlsContext>, std::string> open(const TlsConfig& config);

    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;

private:
    friend class TlsStream;

    struct Free {
        void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    };

    // One TLS record decrypts to 16 KiB at most; what is in here is used up before anybody waits.
    static constexpr std::size_t record_bytes_max = 16 * 1024;

    explicit TlsContext(SSL_CTX* context) : context_(context) {}

    std::unique_ptr<SSL_CTX, Free> context_;
    TlsSessions sessions_;
    std::array<char, record_bytes_max> record_;
};

class TlsStream {
public:
    // `origin` (scheme, host and port) is what sessions are kept for; `host` is what the
    // certificate must name: a DNS name or an address literal without brackets. SNI says the name.
    TlsStream(TlsContext& context, TcpStream& tcp, std::string_view host, std::string_view origin,
              bool sends_sni);
    TlsStream(const TlsStream&) = delete;
    TlsStream& operator=(const TlsStream&) = delete;
    ~TlsStream();

    // Fails with tls (the message says why a certificate was refused), timeout or cancelled.
    Task<Result<void>> handshake(Deadline& deadline);

    // Sends it as TcpStream::send does; receive() sends what that leaves.
    Task<Result<void>> send(std::string_view bytes, Deadline& deadline);

    // Some bytes, valid until anybody of this reactor receives; empty: the peer closed in good
    // order. `phase` becomes `wait` when what send() had left is sent. Fails with closed, tls,
    // timeout or cancelled.
    Task<Result<std::string_view>> receive(Phase& phase, Deadline& deadline);

    // Tells the peer that nothing more comes (RFC 8446, section 6.1), if it takes that at once.
    Task<> end(Reactor& reactor);

    // Whether nothing that arrived is unread: what is decrypted here and now counts, too.
    bool is_quiet();

private:
    friend class TlsContext;

    struct Free {
        void operator()(SSL* ssl) const { SSL_free(ssl); }
    };

    static int verified(int is_good, X509_STORE_CTX* store);
    static int got_session(SSL* ssl, SSL_SESSION* session);

    Task<Result<void>> flush(Deadline& deadline);
    tl::unexpected<Failure> fail_handshake(std::string why);
    std::string explain(int error) const;

    TlsContext& context_;
    TcpStream& tcp_;
    std::string origin_;
    std::string refusal_;  // why the certificate was refused
    bool checks_host_ = false;
    std::unique_ptr<SSL, Free> ssl_;
    BIO* incoming_;  // encrypted bytes from the peer; the SSL owns both
    BIO* outgoing_;
};

}  // namespace pivot::net
