#include "base/link_mac.hpp"

#include <array>
#include <cstddef>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/hmac.h>

namespace pivot::inline base {

std::string link_mac(std::string_view text, std::string_view key)
{
    constexpr std::size_t mac_bytes = 16;
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
    std::string hex;
    for (std::size_t i = 0; i < mac_bytes; ++i) hex += fmt::format("{:02x}", digest[i]);
    return hex;
}

bool is_link_mac(std::string_view mac, std::string_view text, std::string_view key)
{
    if (key.empty()) return false;
    const std::string expected = link_mac(text, key);
    return mac.size() == expected.size() &&
           CRYPTO_memcmp(mac.data(), expected.data(), mac.size()) == 0;
}

}  // namespace pivot::inline base
