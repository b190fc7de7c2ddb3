// Queue addresses and routing keys in KAZOO's notation.
#pragma once

#include "switches/kazoo/bus.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace pivot::switches::kazoo {

// AMQP's short string.
inline constexpr std::size_t routing_key_bytes_max = 255;

// A queue: the plain name in KAZOO 4.3, or `pid://<0.2310.0>/name` in later versions, where several
// processes share a queue.
struct QueueAddress {
    std::string queue;
    std::string process;  // for the header Deliver-To-PID; empty if one process owns the queue

    // Returns nothing if the text is not a queue.
    static std::optional<QueueAddress> parse(std::string_view text);

    // As it was parsed.
    std::string text() const;
};

// A message that is returned if the queue no longer exists. The first sets all but the body, and
// keeps the message's memory.
void address(Publication& publication, const QueueAddress& to, std::string_view exchange);
Publication publication_to(const QueueAddress& to, std::string_view exchange, std::string body);

// Escapes a part of a routing key, such as a realm or a call id.
std::string encode_key_part(std::string_view part);
void append_key_part(std::string& key, std::string_view part);

}  // namespace pivot::switches::kazoo
