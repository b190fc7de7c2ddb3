// Certificates made at test time, as PEM files in a folder that goes away with them.
//
//     Certificates certificates;
//     const auto identity = certificates.good({"localhost", "127.0.0.1"});
//     // clients are told to trust certificates.ca_file()
#pragma once

#include "peers/temporary_folder.hpp"

#include <memory>
#include <string>
#include <vector>

#include <openssl/types.h>

namespace pivot::test {

// Where a certificate and its private key are.
struct Identity {
    std::string certificate_file;
    std::string key_file;
};

// Names are DNS names or addresses, the first of them also the subject's common name. Keys are EC
// P-256.
class Certificates {
public:
    using Names = std::vector<std::string>;

    Certificates();
    ~Certificates();

    const std::string& ca_file() const;

    // Valid since yesterday, for a month. The names of another host make it a wrong name's.
    Identity good(const Names& names);

    Identity expired(const Names& names);        // an hour ago
    Identity not_yet_valid(const Names& names);  // for an hour
    Identity self_signed(const Names& names);
    Identity untrusted(const Names& names);  // issued by an authority that is not in ca_file()

    // Good, but for the one address that it names, which has these bytes, however many.
    Identity with_address(const std::string& bytes);

    // Good, but with this common name alone, and alternative names as OpenSSL's configuration has
    // them ("email:a@b.example"); empty: without any.
    Identity with_subject(const std::string& name, const std::string& alternative_names);

    Identity client(const std::string& name);  // good, but for clients only

private:
    struct Wishes;
    struct Issued;

    std::unique_ptr<Issued> issue(const Issued* issuer, const Wishes& wishes);

    TemporaryFolder folder_;
    int issued_ = 0;
    std::unique_ptr<Issued> ca_;
    std::unique_ptr<Issued> other_ca_;
};

}  // namespace pivot::test
