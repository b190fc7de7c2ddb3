#include "media/recording_link.hpp"

#include "base/link_mac.hpp"
#include "base/text.hpp"
#include "http/url.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

namespace pivot::media {

namespace {

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

std::string signed_text(const RecordingLink& link)
{
    return fmt::format("{}\n{}\n{}", link.account_id, link.id, link.expires_unix_s);
}

bool is_signed(const RecordingLink& link, std::string_view mac, std::span<const std::string> keys)
{
    const std::string text = signed_text(link);
    bool is_good = false;
    for (const std::string& key : keys) is_good |= is_link_mac(mac, text, key);
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
                       link_mac(signed_text(link), key));
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
