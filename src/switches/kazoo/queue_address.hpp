// Where KAZOO says that a message should go, and how it spells parts of routing keys.
#pragma once

#include "switches/kazoo/bus.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace pivot::switches::kazoo {

// A routing key is a short string of AMQP.
inline constexpr std::size_t routing_key_bytes_max = 255;

// A queue: the plain name of KAZOO 4.3, or `pid://<0.2310.0>/name` of later ones, where several
// processes share a queue.
struct QueueAddress {
    std::string queue;
    std::string process;  // for the header Deliver-To-PID; empty: the queue is one process's own

    // Returns nothing for what cannot be a queue.
    static std::optional<QueueAddress> parse(std::string_view text);

    // As it was parsed.
    std::string text() const;
};

// A message that comes back if there is no such queue any more.
Publication publication_to(const QueueAddress& address, std::string_view exchange,
                           std::string body);

// A part of a routing key, such as a realm or a call id, without the characters that have a meaning
// there.
std::string encode_key_part(std::string_view part);

}  // namespace pivot::switches::kazoo
