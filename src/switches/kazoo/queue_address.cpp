#include "switches/kazoo/queue_address.hpp"

#include "base/text.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot::switches::kazoo {

// KAZOO splits at the last slash.
std::optional<QueueAddress> QueueAddress::parse(std::string_view text)
{
    constexpr std::string_view scheme = "pid://";
    QueueAddress address;
    std::string_view queue = text;
    if (text.starts_with(scheme)) {
        const std::size_t slash = text.rfind('/');
        if (slash < scheme.size()) return std::nullopt;
        address.process = text.substr(scheme.size(), slash - scheme.size());
        queue = text.substr(slash + 1);
        constexpr std::size_t process_bytes_max = 255;  // it becomes a header
        if (address.process.empty() || address.process.size() > process_bytes_max) {
            return std::nullopt;
        }
    }
    if (queue.empty() || queue.size() > routing_key_bytes_max) return std::nullopt;
    address.queue = queue;
    return address;
}

std::string QueueAddress::text() const
{
    return process.empty() ? queue : fmt::format("pid://{}/{}", process, queue);
}

Publication publication_to(const QueueAddress& address, std::string_view exchange, std::string body)
{
    Publication publication;
    publication.exchange = exchange;
    publication.routing_key = address.queue;
    if (!address.process.empty()) publication.headers = {{"Deliver-To-PID", address.process}};
    publication.must_be_routed = true;
    publication.body = std::move(body);
    return publication;
}

std::string encode_key_part(std::string_view part)
{
    if (part == "*" || part == "#") return std::string(part);
    std::string encoded;
    encoded.reserve(part.size() + 16);
    for (const char c : part) {
        const bool is_plain = is_letter(c) || is_digit(c) || c == '-' || c == '~' || c == '_';
        if (is_plain) {
            encoded += c;
        } else if (c == ' ') {
            encoded += '+';
        } else {
            constexpr std::string_view digits = "0123456789ABCDEF";
            const auto byte = static_cast<unsigned char>(c);
            encoded += {'%', digits[byte >> 4], digits[byte & 0xF]};
        }
    }
    return encoded;
}

}  // namespace pivot::switches::kazoo
