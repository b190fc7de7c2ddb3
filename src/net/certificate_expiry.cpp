#include "net/certificate_expiry.hpp"

#include <ctime>
#include <memory>

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace pivot::net {

namespace {

struct Free {
    void operator()(BIO* bio) const { BIO_free(bio); }
    void operator()(X509* certificate) const { X509_free(certificate); }
};

}  // namespace

std::optional<std::int64_t> expiry_unix_s(const std::string& file)
{
    const std::unique_ptr<BIO, Free> opened(BIO_new_file(file.c_str(), "r"));
    std::unique_ptr<X509, Free> certificate;
    if (opened) certificate.reset(PEM_read_bio_X509(opened.get(), nullptr, nullptr, nullptr));
    ERR_clear_error();
    std::tm time{};
    if (!certificate) return std::nullopt;
    if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &time) != 1) return std::nullopt;
    return ::timegm(&time);
}

}  // namespace pivot::net
