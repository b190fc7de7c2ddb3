#include "exchange/signature.hpp"

#include "base/base64.hpp"
#include "http/form.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <vector>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace pivot::exchange {

namespace {

// Bytes of a hash.
class Digest {
public:
    static Digest hmac(const EVP_MD* hash, std::string_view key, std::string_view text)
    {
        // A null key would ask for the one of an earlier call.
        Digest digest;
        [[maybe_unused]] const auto* made =
            HMAC(hash, key.empty() ? "" : key.data(), static_cast<int>(key.size()), bytes_of(text),
                 text.size(), digest.bytes_.data(), &digest.size_);
        assert(made != nullptr);
        return digest;
    }

    static Digest sha256(std::string_view text)
    {
        Digest digest;
        [[maybe_unused]] const int made = EVP_Digest(text.data(), text.size(), digest.bytes_.data(),
                                                     &digest.size_, EVP_sha256(), nullptr);
        assert(made == 1);
        return digest;
    }

    std::string_view bytes() const { return {reinterpret_cast<const char*>(bytes_.data()), size_}; }

    std::string hex() const
    {
        std::string text;
        for (const unsigned char byte : bytes()) {
            fmt::format_to(std::back_inserter(text), "{:02x}", byte);
        }
        return text;
    }

private:
    static const unsigned char* bytes_of(std::string_view text)
    {
        return reinterpret_cast<const unsigned char*>(text.data());
    }

    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes_{};
    unsigned size_ = 0;
};

}  // namespace

std::string twilio_signature(std::string_view key, std::string_view url,
                             std::span<const FormParameter> parameters)
{
    std::vector<FormParameter> sorted(parameters.begin(), parameters.end());
    std::ranges::sort(sorted);
    const auto repeated = std::ranges::unique(sorted);
    sorted.erase(repeated.begin(), repeated.end());

    std::string text(url.substr(0, url.find('#')));
    for (const auto& [name, value] : sorted) text.append(name).append(value);
    std::string signature;
    append_base64(signature, Digest::hmac(EVP_sha1(), key, text).bytes());
    return signature;
}

std::string twilio_form_signature(std::string_view key, std::string_view url, std::string_view form)
{
    const auto pairs = http::read_form(form);
    const std::vector<FormParameter> parameters(pairs.begin(), pairs.end());
    return twilio_signature(key, url, parameters);
}

std::string kazoo_signature(std::string_view key, std::int64_t unix_time_s, std::string_view body)
{
    const auto text = fmt::format("{}.{}", unix_time_s, body);
    return fmt::format("t={},v1={}", unix_time_s, Digest::hmac(EVP_sha256(), key, text).hex());
}

std::string body_sha256(std::string_view body)
{
    return Digest::sha256(body).hex();
}

}  // namespace pivot::exchange
