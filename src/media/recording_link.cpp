#include "media/recording_link.hpp"

#include "base/text.hpp"
#include "http/url.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/hmac.h>

namespace pivot::media {

namespace {

constexpr std::size_t mac_bytes = 16;
constexpr std::string_view endings[] = {".wav", ".mp3"};

bool is_plain(char sign)
{
    return is_digit(sign) || (sign >= 'a' && sign <= 'z');
}

std::string escaped(std::string_view text)
{
    std::string out;
    for (const char sign : text) {
        if (is_plain(sign) || sign == '_') {
            out += sign;
        } else {
            out += fmt::format("%{:02X}", static_cast<unsigned char>(sign));
        }
    }
    return out;
}

std::string mac_of(const RecordingLink& link, std::string_view key)
{
    const std::string text =
        fmt::format("{}\n{}\n{}", link.account_id, link.id, link.expires_unix_s);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
    std::string hex;
    for (std::size_t i = 0; i < mac_bytes; ++i) hex += fmt::format("{:02x}", digest[i]);
    return hex;
}

bool is_signed(const RecordingLink& link, std::string_view mac, std::span<const std::string> keys)
{
    bool is_good = false;
    for (const std::string& key : keys) {
        if (key.empty()) continue;
        const std::string expected = mac_of(link, key);
        is_good |= mac.size() == expected.size() &&
                   CRYPTO_memcmp(mac.data(), expected.data(), mac.size()) == 0;
    }
    return is_good;
}

// Removes an extension that an application has appended.
std::string take_ending(std::string_view& name)
{
    for (const std::string_view ending : endings) {
        if (!name.ends_with(ending)) continue;
        name.remove_suffix(ending.size());
        return std::string(ending);
    }
    return {};
}

}  // namespace

std::string signed_link(std::string_view base, const RecordingLink& link, std::string_view key)
{
    const std::string account = link.account_id.empty() ? "-" : escaped(link.account_id);
    return fmt::format("{}/{}/{}.{}.{}", base, account, link.id, link.expires_unix_s,
                       mac_of(link, key));
}

tl::expected<ReadLink, LinkFault> read_link(std::string_view segments,
                                            std::span<const std::string> keys,
                                            std::int64_t unix_now_s)
{
    const auto malformed = tl::unexpected(LinkFault::malformed);
    const std::string_view account = take_until(segments, '/');
    std::string_view name = segments;
    ReadLink read;
    read.ending = take_ending(name);
    if (account != "-") read.link.account_id = http::unescape(account);
    read.link.id = take_until(name, '.');
    const std::string_view expiry = take_until(name, '.');
    const bool is_id = !read.link.id.empty() && std::ranges::all_of(read.link.id, is_plain);
    if (!is_id || account.empty()) return malformed;
    const auto [end, error] =
        std::from_chars(expiry.data(), expiry.data() + expiry.size(), read.link.expires_unix_s);
    if (error != std::errc() || end != expiry.data() + expiry.size()) return malformed;
    if (!is_signed(read.link, name, keys)) return tl::unexpected(LinkFault::forged);
    if (read.link.expires_unix_s <= unix_now_s) return tl::unexpected(LinkFault::expired);
    return read;
}

}  // namespace pivot::media
