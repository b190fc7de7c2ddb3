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

void address(Publication& publication, const QueueAddress& to, std::string_view exchange)
{
    publication.exchange = exchange;
    publication.routing_key = to.queue;
    publication.headers.resize(to.process.empty() ? 0 : 1);
    for (auto& [name, value] : publication.headers) {
        name = "Deliver-To-PID";
        value = to.process;
    }
    publication.must_be_routed = true;
}

Publication publication_to(const QueueAddress& to, std::string_view exchange, std::string body)
{
    Publication publication;
    address(publication, to, exchange);
    publication.body = std::move(body);
    return publication;
}

std::string encode_key_part(std::string_view part)
{
    std::string encoded;
    encoded.reserve(part.size() + 16);
    append_key_part(encoded, part);
    return encoded;
}

void append_key_part(std::string& key, std::string_view part)
{
    if (part == "*" || part == "#") {
        key += part;
        return;
    }
    for (const char c : part) {
        const bool is_plain = is_letter(c) || is_digit(c) || c == '-' || c == '~' || c == '_';
        if (is_plain) {
            key += c;
        } else if (c == ' ') {
            key += '+';
        } else {
            constexpr std::string_view digits = "0123456789ABCDEF";
            const auto byte = static_cast<unsigned char>(c);
            key += {'%', digits[byte >> 4], digits[byte & 0xF]};
        }
    }
}

}  // namespace pivot::switches::kazoo
