#include "peers/tls_stream.hpp"

#include <array>
#include <stdexcept>

#include <fcntl.h>
#include <openssl/err.h>
#include <poll.h>

namespace pivot::test {

namespace {

void must(bool is_done, const std::string& what)
{
    if (!is_done) {
        throw std::runtime_error(what + ": " + ERR_error_string(ERR_get_error(), nullptr));
    }
}

// The body of an extension of a ClientHello; empty where it is absent.
std::string_view extension(SSL* ssl, unsigned kind)
{
    const unsigned char* bytes = nullptr;
    std::size_t size = 0;
    if (SSL_client_hello_get0_ext(ssl, kind, &bytes, &size) != 1) return {};
    return {reinterpret_cast<const char*>(bytes), size};
}

//  size of the list (2) | { size (1) | protocol }…                              RFC 7301, 3.1
std::vector<std::string> protocols(std::string_view list)
{
    std::vector<std::string> protocols;
    list.remove_prefix(std::min<std::size_t>(2, list.size()));
    while (!list.empty()) {
        const auto size = static_cast<unsigned char>(list.front());
        protocols.emplace_back(list.substr(1, size));
        list.remove_prefix(std::min<std::size_t>(1 + size, list.size()));
    }
    return protocols;
}

//  size of the list (2) | kind (1) | size (2) | name                              RFC 6066, 3
std::string server_name(std::string_view list)
{
    constexpr std::size_t name_at = 5;
    return list.size() < name_at ? "" : std::string(list.substr(name_at));
}

// Early, so that what a client said is known even when the handshake then fails.
int record_hello(SSL* ssl, int*, void*)
{
    auto& handshake = *static_cast<Handshake*>(SSL_get_app_data(ssl));
    handshake.server_name = server_name(extension(ssl, TLSEXT_TYPE_server_name));
    handshake.alpn_offered =
        protocols(extension(ssl, TLSEXT_TYPE_application_layer_protocol_negotiation));
    handshake.offered_ticket = !extension(ssl, TLSEXT_TYPE_psk).empty() ||
                               !extension(ssl, TLSEXT_TYPE_session_ticket).empty();
    return SSL_CLIENT_HELLO_SUCCESS;
}

int select_protocol(SSL*, const unsigned char** selected, unsigned char* size, const unsigned char*,
                    unsigned, void* options)
{
    const auto& alpn = static_cast<const TlsOptions*>(options)->alpn;
    *selected = reinterpret_cast<const unsigned char*>(alpn.data());
    *size = static_cast<unsigned char>(alpn.size());
    return SSL_TLSEXT_ERR_OK;
}

void require_client_certificate(SSL_CTX* tls, const std::string& ca_file)
{
    must(SSL_CTX_load_verify_file(tls, ca_file.c_str()) == 1, ca_file);
    SSL_CTX_set_client_CA_list(tls, SSL_load_client_CA_file(ca_file.c_str()));
    SSL_CTX_set_verify(tls, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
}

std::string common_name(const X509* certificate)
{
    if (certificate == nullptr) return "";
    std::array<char, 256> name{};
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name.data(),
                              static_cast<int>(name.size()));
    return name.data();
}

std::string last_failure()
{
    const char* reason = ERR_reason_error_string(ERR_peek_last_error());
    return reason != nullptr ? reason : "the client has left";
}

}  // namespace

TlsServer::TlsServer(TlsOptions options)
    : options_(std::move(options)), tls_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free)
{
    auto* tls = tls_.get();
    must(tls != nullptr, "SSL_CTX_new");
    const auto& [certificate_file, key_file] = options_.identity;
    must(SSL_CTX_use_certificate_chain_file(tls, certificate_file.c_str()) == 1, certificate_file);
    must(SSL_CTX_use_PrivateKey_file(tls, key_file.c_str(), SSL_FILETYPE_PEM) == 1, key_file);

    // It is the client that is to be strict, also with servers of the last century.
    SSL_CTX_set_security_level(tls, 0);
    must(SSL_CTX_set_min_proto_version(tls, options_.version_min) == 1, "version_min");
    must(SSL_CTX_set_max_proto_version(tls, options_.version_max) == 1, "version_max");

    // Without a name of their own, sessions with client certificates are not resumed.
    constexpr std::array<unsigned char, 5> session_name{'p', 'i', 'v', 'o', 't'};
    SSL_CTX_set_session_id_context(tls, session_name.data(), session_name.size());
    if (!options_.resumes_sessions) {
        SSL_CTX_set_options(tls, SSL_OP_NO_TICKET);
        SSL_CTX_set_num_tickets(tls, 0);
        SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_OFF);
    }
    if (!options_.client_ca_file.empty()) require_client_certificate(tls, options_.client_ca_file);
    if (!options_.alpn.empty()) {
        SSL_CTX_set_alpn_select_cb(tls, select_protocol, const_cast<TlsOptions*>(&options_));
    }
    SSL_CTX_set_client_hello_cb(tls, record_hello, nullptr);
}

TlsStream::TlsStream(Descriptor socket, const StopSignal& stop, const TlsServer& server)
    : Stream(std::move(socket), stop), server_(server), ssl_(SSL_new(server.get()), SSL_free)
{
    must(ssl_ != nullptr, "SSL_new");
    checked(::fcntl(fd(), F_SETFL, O_NONBLOCK), "fcntl");
    SSL_set_fd(ssl_.get(), fd());
}

Handshake TlsStream::shake_hands()
{
    Handshake handshake;
    SSL_set_app_data(ssl_.get(), &handshake);
    try {
        if (server_.options().hello != Hello::answer) misbehave();
        handshake.is_complete = finish(SSL_accept) == 1;
        if (!handshake.is_complete) handshake.failure = last_failure();
    } catch (const Over&) {
        handshake.failure = "broken off";
    }
    SSL_set_app_data(ssl_.get(), nullptr);
    if (!handshake.is_complete) {
        if (is_open()) cut();
        return handshake;
    }
    handshake.version = SSL_get_version(ssl_.get());
    handshake.was_resumed = SSL_session_reused(ssl_.get()) == 1;
    handshake.client_name = common_name(SSL_get0_peer_certificate(ssl_.get()));
    return handshake;
}

std::string TlsStream::receive()
{
    std::array<char, 16384> buffer;
    const int size = static_cast<int>(buffer.size());
    const int count = finish([&](SSL* ssl) { return SSL_read(ssl, buffer.data(), size); });
    if (count > 0) return {buffer.data(), static_cast<std::size_t>(count)};
    if (SSL_get_error(ssl_.get(), count) == SSL_ERROR_ZERO_RETURN) return "";
    throw Over{};
}

void TlsStream::send(std::string_view bytes)
{
    // In records of the largest size, so that the end of the peer is noticed between them.
    while (!bytes.empty()) {
        const auto part = bytes.substr(0, SSL3_RT_MAX_PLAIN_LENGTH);
        wait_for(POLLOUT);
        const int count = finish(
            [&](SSL* ssl) { return SSL_write(ssl, part.data(), static_cast<int>(part.size())); });
        if (count <= 0) throw Over{};
        bytes.remove_prefix(part.size());
    }
}

void TlsStream::close()
{
    if (is_open()) (void)SSL_shutdown(ssl_.get());
    cut();
}

void TlsStream::misbehave()
{
    if (server_.options().hello == Hello::silence) sleep_until(Clock::time_point::max());
    Stream::receive();
    switch (server_.options().hello) {
        case Hello::answer:
        case Hello::silence:
            break;
        case Hello::garbage:
            Stream::send("220 this is not TLS\r\n");
            break;
        case Hello::close:
            cut();
            break;
        case Hello::reset:
            reset();
            break;
    }
    throw Over{};
}

int TlsStream::finish(auto call)
{
    while (true) {
        if (!is_open()) throw Over{};
        ERR_clear_error();
        const int result = call(ssl_.get());
        const int error = SSL_get_error(ssl_.get(), result);
        if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return result;
        wait_for(error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT);
    }
}

}  // namespace pivot::test
