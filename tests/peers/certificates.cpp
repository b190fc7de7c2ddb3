#include "peers/certificates.hpp"

#include <chrono>
#include <cstdio>
#include <functional>
#include <stdexcept>

#include <arpa/inet.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace pivot::test {

namespace {

using namespace std::chrono_literals;

using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

// OpenSSL's result. Zero or less is thrown.
void must(int result, const char* doing)
{
    if (result > 0) return;
    throw std::runtime_error(std::string(doing) + ": " +
                             ERR_error_string(ERR_get_error(), nullptr));
}

bool is_address(const std::string& name)
{
    in6_addr ignored;
    return inet_pton(AF_INET, name.c_str(), &ignored) == 1 ||
           inet_pton(AF_INET6, name.c_str(), &ignored) == 1;
}

// "DNS:localhost,IP:127.0.0.1"
std::string alternative_names(const Certificates::Names& names)
{
    std::string text;
    for (const auto& name : names) {
        if (!text.empty()) text += ',';
        text.append(is_address(name) ? "IP:" : "DNS:").append(name);
    }
    return text;
}

void add_extension(X509* certificate, X509V3_CTX* issuing, int kind, const std::string& value)
{
    const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> extension{
        X509V3_EXT_conf_nid(nullptr, issuing, kind, value.c_str()), X509_EXTENSION_free};
    must(extension != nullptr, value.c_str());
    must(X509_add_ext(certificate, extension.get(), -1), "X509_add_ext");
}

void set_name(X509_NAME* name, const std::string& common_name)
{
    const auto* text = reinterpret_cast<const unsigned char*>(common_name.c_str());
    must(X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8, text, -1, -1, 0),
         "X509_NAME_add_entry");
}

void write_file(const std::string& path, const std::function<int(std::FILE*)>& write)
{
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{std::fopen(path.c_str(), "w"),
                                                               std::fclose};
    checked(file ? 0 : -1, path.c_str());
    must(write(file.get()), path.c_str());
}

}  // namespace

struct Certificates::Wishes {
    Names names;
    std::string usage = "serverAuth";
    std::chrono::seconds from = -24h;  // both from now
    std::chrono::seconds until = 30 * 24h;
    bool is_authority = false;
    std::string alternative_names = "";  // as OpenSSL's configuration has them; empty: of `names`
    bool is_nameless = false;            // has no alternative names at all
};

struct Certificates::Issued {
    Certificate certificate{nullptr, X509_free};
    Key key{nullptr, EVP_PKEY_free};
    Identity identity;
};

Certificates::Certificates()
    : ca_(issue(nullptr, {.names = {"Test authority"}, .is_authority = true})),
      other_ca_(issue(nullptr, {.names = {"Another authority"}, .is_authority = true}))
{
}

Certificates::~Certificates() = default;

const std::string& Certificates::ca_file() const
{
    return ca_->identity.certificate_file;
}

Identity Certificates::good(const Names& names)
{
    return issue(ca_.get(), {.names = names})->identity;
}

Identity Certificates::expired(const Names& names)
{
    return issue(ca_.get(), {.names = names, .until = -1h})->identity;
}

Identity Certificates::not_yet_valid(const Names& names)
{
    return issue(ca_.get(), {.names = names, .from = 1h})->identity;
}

Identity Certificates::self_signed(const Names& names)
{
    return issue(nullptr, {.names = names})->identity;
}

Identity Certificates::untrusted(const Names& names)
{
    return issue(other_ca_.get(), {.names = names})->identity;
}

Identity Certificates::with_address(const std::string& bytes)
{
    // RFC 5280, section 4.2.1.6:  GeneralNames (30) and its size │ iPAddress (87) and its │ bytes
    const auto size = static_cast<unsigned char>(bytes.size());
    std::string der = {'\x30', static_cast<char>(size + 2), '\x87', static_cast<char>(size)};
    std::string hex = "DER:";
    for (const unsigned char byte : der + bytes) {
        constexpr std::string_view digits = "0123456789abcdef";
        hex += {digits[byte >> 4], digits[byte & 15]};
    }
    return issue(ca_.get(), {.names = {"An address"}, .alternative_names = hex})->identity;
}

Identity Certificates::with_subject(const std::string& name, const std::string& alternative_names)
{
    const Wishes wishes{.names = {name},
                        .alternative_names = alternative_names,
                        .is_nameless = alternative_names.empty()};
    return issue(ca_.get(), wishes)->identity;
}

Identity Certificates::client(const std::string& name)
{
    return issue(ca_.get(), {.names = {name}, .usage = "clientAuth"})->identity;
}

std::unique_ptr<Certificates::Issued> Certificates::issue(const Issued* issuer,
                                                          const Wishes& wishes)
{
    const int serial = ++issued_;
    const auto path = (folder_.path() / std::to_string(serial)).string();
    auto issued = std::make_unique<Issued>();
    issued->identity = {.certificate_file = path + ".pem", .key_file = path + ".key"};
    issued->key.reset(EVP_EC_gen("P-256"));
    must(issued->key != nullptr, "EVP_EC_gen");
    issued->certificate.reset(X509_new());

    auto* key = issued->key.get();
    auto* certificate = issued->certificate.get();
    const auto* signer = issuer ? issuer : issued.get();
    must(X509_set_version(certificate, X509_VERSION_3), "X509_set_version");
    must(ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial), "ASN1_INTEGER_set");
    X509_gmtime_adj(X509_getm_notBefore(certificate), wishes.from.count());
    X509_gmtime_adj(X509_getm_notAfter(certificate), wishes.until.count());
    must(X509_set_pubkey(certificate, key), "X509_set_pubkey");
    set_name(X509_get_subject_name(certificate), wishes.names.front());
    must(X509_set_issuer_name(certificate, X509_get_subject_name(signer->certificate.get())),
         "X509_set_issuer_name");

    X509V3_CTX issuing;
    X509V3_set_ctx(&issuing, signer->certificate.get(), certificate, nullptr, nullptr, 0);
    add_extension(certificate, &issuing, NID_subject_key_identifier, "hash");
    if (wishes.is_authority) {
        add_extension(certificate, &issuing, NID_basic_constraints, "critical,CA:TRUE");
        add_extension(certificate, &issuing, NID_key_usage, "critical,keyCertSign,cRLSign");
    } else {
        add_extension(certificate, &issuing, NID_basic_constraints, "critical,CA:FALSE");
        add_extension(certificate, &issuing, NID_authority_key_identifier, "keyid");
        add_extension(certificate, &issuing, NID_key_usage, "critical,digitalSignature");
        add_extension(certificate, &issuing, NID_ext_key_usage, wishes.usage);
        const auto& alternatives = wishes.alternative_names;
        const auto named = alternatives.empty() ? alternative_names(wishes.names) : alternatives;
        if (!wishes.is_nameless) add_extension(certificate, &issuing, NID_subject_alt_name, named);
    }
    must(X509_sign(certificate, signer->key.get(), EVP_sha256()), "X509_sign");

    write_file(issued->identity.certificate_file,
               [&](std::FILE* file) { return PEM_write_X509(file, certificate); });
    write_file(issued->identity.key_file, [&](std::FILE* file) {
        return PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
    });
    return issued;
}

}  // namespace pivot::test
