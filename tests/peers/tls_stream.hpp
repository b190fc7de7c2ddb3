// A TLS connection, as seen by a test's server.
#pragma once

#include "peers/certificates.hpp"
#include "peers/stream.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/ssl.h>

namespace pivot::test {

// What a client's first message is met with.
enum class Hello { answer, silence, garbage, close, reset };

struct TlsOptions {
    Identity identity;
    int version_min = TLS1_2_VERSION;
    int version_max = TLS1_3_VERSION;
    std::string client_ca_file = "";  // a client must show a certificate that this one issued
    bool resumes_sessions = true;     // with tickets
    std::string alpn = "";            // told to whoever offers any protocol; empty: ignores ALPN
    Hello hello = Hello::answer;
};

// What a handshake showed of the client.
struct Handshake {
    bool is_complete = false;
    std::string failure;  // OpenSSL's words; empty when complete
    std::string server_name;
    std::vector<std::string> alpn_offered;
    std::string version;  // "TLSv1.3"
    bool offered_ticket = false;
    bool was_resumed = false;
    std::string client_name;  // the common name of its certificate
};

// What all connections of a TLS server share. Threads may use it at the same time.
class TlsServer {
public:
    explicit TlsServer(TlsOptions options);
    TlsServer(const TlsServer&) = delete;
    TlsServer& operator=(const TlsServer&) = delete;

    const TlsOptions& options() const { return options_; }
    SSL_CTX* get() const { return tls_.get(); }

private:
    const TlsOptions options_;
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> tls_;
};

class TlsStream final : public Stream {
public:
    TlsStream(Descriptor socket, const StopSignal& stop, const TlsServer& server);

    // Called first, once. Afterwards the stream is open, or the handshake is not complete.
    Handshake shake_hands();

    std::string receive() override;
    void send(std::string_view bytes) override;
    void close() override;

private:
    [[noreturn]] void misbehave();

    // Repeats one of OpenSSL's calls until it need not wait for the socket, and returns its result.
    int finish(auto call);

    const TlsServer& server_;
    const std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
};

}  // namespace pivot::test
