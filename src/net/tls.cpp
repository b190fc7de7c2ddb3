#include "net/tls.hpp"

#include "base/pass_on.hpp"
#include "base/text.hpp"

#include <cassert>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <span>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <unistd.h>

namespace pivot::net {

namespace {

using reactor::Deadline;
using reactor::Receiver;
using reactor::Task;

// A certificate may have thousands of names. A message shows this many of them.
constexpr int names_shown_max = 3;

constexpr unsigned char alpn[] = "\x08http/1.1";

std::string last_error()
{
    const unsigned long error = ERR_peek_last_error();
    if (error == 0) return "unknown error";
    const char* reason = ERR_reason_error_string(error);
    return reason != nullptr ? reason : fmt::format("OpenSSL error {:#x}", error);
}

tl::unexpected<std::string> file_error(std::string_view what, std::string_view file)
{
    return tl::unexpected(fmt::format("{} {}: {}", what, file, last_error()));
}

struct FreeOpenssl {
    void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
    void operator()(BIO* bio) const { BIO_free(bio); }
};

std::string subject(X509* certificate)
{
    const std::unique_ptr<BIO, FreeOpenssl> text(BIO_new(BIO_s_mem()));
    X509_NAME_print_ex(text.get(), X509_get_subject_name(certificate), 0, XN_FLAG_ONELINE);
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(text.get(), &bytes);
    return printable({bytes, static_cast<std::size_t>(size)});
}

// The first few of the DNS names and addresses that the certificate is for.
std::string names(X509* certificate)
{
    const std::unique_ptr<GENERAL_NAMES, FreeOpenssl> all(static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    std::string text;
    int count = 0;
    for (int i = 0; i < sk_GENERAL_NAME_num(all.get()); ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(all.get(), i);
        const int address_bytes =
            name->type == GEN_IPADD ? ASN1_STRING_length(name->d.iPAddress) : 0;
        if (name->type != GEN_DNS && address_bytes != sizeof(in_addr) &&
            address_bytes != sizeof(in6_addr)) {
            continue;  // the length comes from the peer, and nobody has checked it
        }
        if (++count > names_shown_max) return text + ", …";
        if (!text.empty()) text += ", ";
        if (name->type == GEN_DNS) {
            text +=
                printable({reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                           static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName))});
        } else {
            const std::uint8_t* bytes = ASN1_STRING_get0_data(name->d.iPAddress);
            const bool is_v4 = address_bytes == sizeof(in_addr);
            const IpAddress address =
                is_v4 ? IpAddress::v4(std::span<const std::uint8_t, 4>(bytes, 4))
                      : IpAddress::v6(std::span<const std::uint8_t, 16>(bytes, 16));
            text += address.to_text();
        }
    }
    return text.empty() ? "no name" : text;
}

std::string time_text(const ASN1_TIME* time)
{
    const std::unique_ptr<BIO, FreeOpenssl> text(BIO_new(BIO_s_mem()));
    ASN1_TIME_print(text.get(), time);
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(text.get(), &bytes);
    return std::string(bytes, static_cast<std::size_t>(size));
}

std::string refusal(int error, X509* certificate)
{
    const char* why = X509_verify_cert_error_string(error);
    if (certificate == nullptr) return why;
    switch (error) {
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return fmt::format("{} on {} ({})", why, time_text(X509_get0_notAfter(certificate)),
                               subject(certificate));
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return fmt::format("{} before {} ({})", why,
                               time_text(X509_get0_notBefore(certificate)), subject(certificate));
        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH:
            return fmt::format("{}: it is for {}", why, names(certificate));
        default: return fmt::format("{} ({})", why, subject(certificate));
    }
}

// Whether `openssl rehash` made the name: eight hexadecimal digits, a dot and a number.
bool is_hashed_name(std::string_view name)
{
    constexpr std::size_t hash_size = 8;
    return name.size() > hash_size + 1 && name[hash_size] == '.' &&
           name.substr(0, hash_size).find_first_not_of("0123456789abcdef") == name.npos &&
           name.substr(hash_size + 1).find_first_not_of("0123456789") == name.npos;
}

// Loads all certificates of a directory now. OpenSSL by itself would read the directory during each
// handshake with an unknown issuer. A file that cannot be read is skipped.
void trust_directory(SSL_CTX* context, const std::string& directory)
{
    std::error_code unreadable;
    std::filesystem::directory_iterator entry(directory, unreadable);
    for (; entry != std::filesystem::directory_iterator(); entry.increment(unreadable)) {
        const std::filesystem::path& path = entry->path();
        if (is_hashed_name(path.filename().string()))
            SSL_CTX_load_verify_file(context, path.c_str());
    }
    ERR_clear_error();
}

// Whether an environment variable is not set, or names the default itself.
bool is_default(const char* path, const char* preset)
{
    std::error_code missing;
    return path == nullptr || std::filesystem::equivalent(path, preset, missing);
}

// Trusts the system's default authorities. Reading the default file is enough, since the default
// directory has the same certificates; one that the environment names may have others.
void trust_system(SSL_CTX* context)
{
    SSL_CTX_set_default_verify_file(context);
    const char* file = std::getenv(X509_get_default_cert_file_env());
    const char* directory = std::getenv(X509_get_default_cert_dir_env());
    const bool has_file =
        sk_X509_OBJECT_num(X509_STORE_get0_objects(SSL_CTX_get_cert_store(context))) > 0;
    if (has_file && is_default(file, X509_get_default_cert_file()) &&
        is_default(directory, X509_get_default_cert_dir())) {
        return;
    }
    trust_directory(context, directory != nullptr ? directory : X509_get_default_cert_dir());
}

// OpenSSL does not say why a file cannot be opened.
tl::expected<void, std::string> try_to_read(std::string_view what, const std::string& file)
{
    if (::access(file.c_str(), R_OK) == 0) return {};
    return tl::unexpected(fmt::format("{} {}: {}", what, file, std::strerror(errno)));
}

// Loads the authorities whose certificates are trusted.
tl::expected<void, std::string> trust(SSL_CTX* context, const TlsConfig& config)
{
    const std::string& file = config.ca_file;
    const std::string& directory = config.ca_directory;
    if (file.empty() && directory.empty()) trust_system(context);
    if (!file.empty()) {
        constexpr const char* authorities = "CA certificates in";
        if (auto readable = try_to_read(authorities, file); !readable) return readable;
        if (SSL_CTX_load_verify_file(context, file.c_str()) != 1) {
            return file_error(authorities, file);
        }
    }
    if (directory.empty()) return {};
    if (!std::filesystem::is_directory(directory)) {
        return tl::unexpected(fmt::format("CA certificates in {}: not a directory", directory));
    }
    trust_directory(context, directory);
    return {};
}

// Loads a certificate, which messages call `what`, and its key. Keeps OpenSSL from asking for a
// passphrase at the terminal.
tl::expected<void, std::string> identify(SSL_CTX* context, const TlsFiles& files,
                                         const std::string& what)
{
    constexpr const char* key = "private key in";
    if (auto readable = try_to_read(what + " in", files.certificate); !readable) return readable;
    if (auto readable = try_to_read(key, files.key); !readable) return readable;
    SSL_CTX_set_default_passwd_cb(context, [](char*, int, int, void*) { return -1; });
    if (SSL_CTX_use_certificate_chain_file(context, files.certificate.c_str()) != 1) {
        return file_error(what + " in", files.certificate);
    }
    const bool is_used =
        SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) == 1;
    if (!is_used && ERR_GET_REASON(ERR_peek_last_error()) != X509_R_KEY_VALUES_MISMATCH) {
        return file_error(key, files.key);
    }
    if (!is_used || SSL_CTX_check_private_key(context) != 1) {
        return file_error(fmt::format("private key does not belong to the {}:", what), files.key);
    }
    return {};
}

// What clients and servers have in common.
void set_defaults(SSL_CTX* context)
{
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
}

// A client that offers protocols must offer ours (RFC 7301, section 3.2).
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size,
                    const unsigned char* offered, unsigned offered_bytes, void*)
{
    unsigned char* found = nullptr;
    const int result =
        SSL_select_next_proto(&found, size, alpn, sizeof alpn - 1, offered, offered_bytes);
    *chosen = found;
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

}  // namespace

tl::expected<std::shared_ptr<TlsContext>, std::string> TlsContext::open(const TlsConfig& config)
{
    ERR_clear_error();
    SSL_CTX* native = SSL_CTX_new(TLS_client_method());
    if (native == nullptr) return tl::unexpected("OpenSSL: " + last_error());
    std::shared_ptr<TlsContext> context(new TlsContext(native));

    set_defaults(native);
    SSL_CTX_set_alpn_protos(native, alpn, sizeof alpn - 1);
    SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(native, &TlsStream::got_session);
    SSL_CTX_set_verify(native, config.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE,
                       config.verify ? &TlsStream::verified : nullptr);

    if (auto trusted = trust(native, config); !trusted) return pass_on(trusted);
    if (config.certificate_file.empty()) return context;
    const TlsFiles own = {config.certificate_file, config.private_key_file};
    auto identified = identify(native, own, "client certificate");
    if (!identified) return pass_on(identified);
    return context;
}

tl::expected<std::shared_ptr<TlsContext>, std::string> TlsContext::open_server(
    const TlsFiles& files)
{
    ERR_clear_error();
    SSL_CTX* native = SSL_CTX_new(TLS_server_method());
    if (native == nullptr) return tl::unexpected("OpenSSL: " + last_error());
    std::shared_ptr<TlsContext> context(new TlsContext(native));

    set_defaults(native);
    SSL_CTX_set_cipher_list(native, "ECDHE+AESGCM:ECDHE+CHACHA20");  // of TLS 1.2
    SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);      // tickets need none
    SSL_CTX_set_alpn_select_cb(native, &choose_protocol, nullptr);
    auto identified = identify(native, files, "certificate");
    if (!identified) return pass_on(identified);
    return context;
}

TlsStream::TlsStream(TlsContext& context, TcpStream& tcp, std::string_view host,
                     std::string_view origin, bool sends_sni)
    : context_(context.shared_from_this()),
      tcp_(tcp),
      origin_(origin),
      is_server_(false),
      ssl_(SSL_new(context.context_.get())),
      incoming_(BIO_new(BIO_s_mem())),
      outgoing_(BIO_new(BIO_s_mem()))
{
    SSL_set_bio(ssl_.get(), incoming_, outgoing_);
    SSL_set_app_data(ssl_.get(), this);
    SSL_set_connect_state(ssl_.get());

    const std::string name(host);
    if (IpAddress::parse(name)) {  // has no place in SNI (RFC 6066, section 3)
        is_set_up_ = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_.get()), name.c_str()) == 1;
    } else {
        if (sends_sni) SSL_set_tlsext_host_name(ssl_.get(), name.c_str());
        SSL_set_hostflags(
            ssl_.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
        is_set_up_ = SSL_set1_host(ssl_.get(), name.c_str()) == 1;
    }
    if (const auto session = context_->sessions_.take(origin_)) {
        SSL_set_session(ssl_.get(), session.get());
    }
}

TlsStream::TlsStream(TlsContext& context, TcpStream& tcp)
    : context_(context.shared_from_this()),
      tcp_(tcp),
      is_server_(true),
      is_set_up_(true),
      ssl_(SSL_new(context.context_.get())),
      incoming_(BIO_new(BIO_s_mem())),
      outgoing_(BIO_new(BIO_s_mem()))
{
    SSL_set_bio(ssl_.get(), incoming_, outgoing_);
    SSL_set_app_data(ssl_.get(), this);
    SSL_set_accept_state(ssl_.get());
}

TlsStream::~TlsStream()
{
    // Otherwise OpenSSL marks the session of a connection that was closed abruptly as bad.
    SSL_set_shutdown(ssl_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

Task<Result<void>> TlsStream::handshake(Deadline& deadline)
{
    if (!is_set_up_) co_return fail(Reason::tls, Phase::tls, "OpenSSL rejected the host name");
    while (true) {
        ERR_clear_error();
        const int result = SSL_do_handshake(ssl_.get());
        // A client's last bytes go out with the request, in one segment and one system call. A
        // server's last bytes are what its client waits for.
        if (result == 1 && !is_server_) co_return Result<void>();
        if (result == 1) co_return co_await flush(deadline);
        const int error = SSL_get_error(ssl_.get(), result);
        if (is_server_ && ERR_GET_REASON(ERR_peek_error()) == SSL_R_HTTP_REQUEST) {
            co_return fail(Reason::protocol, Phase::tls, "the client speaks HTTP without TLS");
        }
        std::string why = error == SSL_ERROR_WANT_READ ? std::string() : explain(error);

        auto flushed = co_await flush(deadline);  // also an alert
        if (!why.empty()) co_return fail_handshake(std::move(why));
        if (deadline.has_expired()) co_return tl::unexpected(deadline.failure(Phase::tls));
        if (!flushed) co_return fail_handshake("handshake: " + flushed.error().message);

        const Receiver::Arrival arrival = co_await tcp_.receive(deadline);
        if (deadline.has_expired()) co_return tl::unexpected(deadline.failure(Phase::tls));
        if (arrival.result <= 0) {
            co_return fail_handshake(
                fmt::format("handshake: {}", arrival.result == 0 ? "the peer closed"
                                                                 : std::strerror(-arrival.result)));
        }
        const std::string_view bytes = arrival.buffer.bytes();
        BIO_write(incoming_, bytes.data(), static_cast<int>(bytes.size()));
    }
}

bool TlsStream::is_resumed() const
{
    return SSL_session_reused(ssl_.get()) == 1;
}

tl::unexpected<Failure> TlsStream::fail_handshake(std::string why)
{
    context_->sessions_.forget(origin_);
    return fail(Reason::tls, Phase::tls, std::move(why));
}

Task<Result<void>> TlsStream::send(std::string_view bytes, Deadline& deadline)
{
    auto encrypted = encrypt(bytes);
    if (!encrypted) co_return encrypted;
    co_return co_await flush(deadline);
}

// The records are copied, because a receive may append to the buffer while they are sent.
Task<Result<void>> TlsStream::send_all(std::string_view bytes, Deadline& deadline)
{
    assert(is_duplex_);
    auto encrypted = encrypt(bytes);
    if (!encrypted) co_return encrypted;
    co_return co_await send_records(deadline);
}

Task<Result<void>> TlsStream::send_records(Deadline& deadline)
{
    const std::string records = take_records();
    co_return co_await tcp_.send_all(records, deadline);
}

std::string TlsStream::take_records()
{
    char* first = nullptr;
    const long size = BIO_get_mem_data(outgoing_, &first);
    std::string records(first, static_cast<std::size_t>(size));
    BIO_reset(outgoing_);
    return records;
}

// Appends the TLS records of `bytes` to the output.
Result<void> TlsStream::encrypt(std::string_view bytes)
{
    ERR_clear_error();
    const int written = SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
    if (written == static_cast<int>(bytes.size())) return {};
    return fail(Reason::connect, Phase::send,
                "send: " + explain(SSL_get_error(ssl_.get(), written)));
}

Task<Result<std::string_view>> TlsStream::receive(Phase& phase, Deadline& deadline)
{
    while (true) {
        ERR_clear_error();
        const int size = SSL_read(ssl_.get(), context_->record_.data(),
                                  static_cast<int>(context_->record_.size()));
        if (size > 0)
            co_return std::string_view(context_->record_.data(), static_cast<std::size_t>(size));
        const int error = SSL_get_error(ssl_.get(), size);
        if (error == SSL_ERROR_ZERO_RETURN) co_return std::string_view();
        if (error != SSL_ERROR_WANT_READ) co_return fail(Reason::tls, Phase::read, explain(error));

        // There may be an answer to a key update to send, or the rest of a request, if session
        // tickets came while it was sent.
        const bool was_sending = !tcp_.has_sent_all();
        auto flushed = co_await flush(deadline);
        if (was_sending && tcp_.has_sent_all()) phase = Phase::wait;
        if (!flushed) {
            if (deadline.has_expired()) co_return tl::unexpected(deadline.failure(Phase::read));
            co_return fail(Reason::closed, Phase::read, std::move(flushed.error().message));
        }

        const Receiver::Arrival arrival = co_await tcp_.receive(deadline);
        if (arrival.result <= 0) {
            if (deadline.has_expired()) co_return tl::unexpected(deadline.failure(Phase::read));
            co_return fail(Reason::closed, Phase::read,
                           arrival.result == 0 ? "the peer closed without ending its TLS session"
                                               : std::strerror(-arrival.result));
        }
        const std::string_view bytes = arrival.buffer.bytes();
        BIO_write(incoming_, bytes.data(), static_cast<int>(bytes.size()));
    }
}

Task<> TlsStream::end()
{
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    const std::string farewell = take_records();
    if (!farewell.empty()) co_await tcp_.send_at_once(farewell);
}

Task<Result<void>> TlsStream::flush(Deadline& deadline)
{
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(outgoing_, &bytes);
    if (size == 0 && tcp_.has_sent_all()) co_return Result<void>();
    if (is_duplex_) {  // answers to key updates, which the next send_all() takes along
        if (size <= static_cast<long>(TlsContext::record_bytes_max)) co_return Result<void>();
        co_return fail(Reason::closed, Phase::read, "the peer floods us with key updates");
    }
    if (is_server_) co_return co_await send_records(deadline);
    const std::string_view records(bytes, static_cast<std::size_t>(size));
    auto sent = co_await tcp_.send(records, deadline);
    BIO_reset(outgoing_);
    co_return sent;
}

bool TlsStream::is_quiet()
{
    ERR_clear_error();
    char byte = 0;
    const int result =
        SSL_peek(ssl_.get(), &byte, 1);  // also reads a session ticket that came after
    return SSL_get_error(ssl_.get(), result) == SSL_ERROR_WANT_READ && BIO_pending(outgoing_) == 0;
}

std::string TlsStream::explain(int error) const
{
    if (!refusal_.empty()) return "certificate refused: " + refusal_;
    const bool is_foreign = ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_WRONG_VERSION_NUMBER;
    if (error == SSL_ERROR_SSL && is_foreign && !is_server_) {
        return "the server does not answer with TLS: wrong version number";
    }
    if (error == SSL_ERROR_SSL) return last_error();
    return fmt::format("SSL_get_error returned {}", error);
}

int TlsStream::verified(int is_good, X509_STORE_CTX* store)
{
    if (is_good == 1) return 1;
    auto* ssl =
        static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    auto& stream = *static_cast<TlsStream*>(SSL_get_app_data(ssl));
    stream.refusal_ =
        refusal(X509_STORE_CTX_get_error(store), X509_STORE_CTX_get_current_cert(store));
    return 0;
}

int TlsStream::got_session(SSL* ssl, SSL_SESSION* session)
{
    auto& stream = *static_cast<TlsStream*>(SSL_get_app_data(ssl));
    stream.context_->sessions_.keep(stream.origin_, TlsSessions::Session(session));
    return 1;  // the session is ours now
}

}  // namespace pivot::net
