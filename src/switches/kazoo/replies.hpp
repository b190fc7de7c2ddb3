// The replies to a pivot request: `processing` or `failed`, and the callflow with which to go on.
#pragma once

#include "switches/kazoo/bus.hpp"
#include "switches/kazoo/claim.hpp"
#include "switches/kazoo/queue_address.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace pivot::switches::kazoo {

// Builds messages, each with an id of its own.
class Replies {
public:
    // `node` is our name on the bus: `pivot@piv1.example.com`.
    explicit Replies(std::string node);

    // Sets `message_id`.
    Publication processing(std::string_view call_id, const QueueAddress& controller,
                           std::string& message_id);
    Publication failed(std::string_view call_id, const QueueAddress& controller,
                       std::string& message_id);

    // The event CHANNEL_PIVOT; `flow` is JSON.
    Publication flow(std::string_view call_id, std::string_view flow, std::string& message_id);

    // A message to the other pivots. Ignores `claim.message_id`.
    Publication claim(const Claim& claim);

    // Whether the id of a message is one of ours.
    bool has_made(std::string_view message_id) const { return message_id.starts_with(prefix_); }

private:
    std::string next_id();

    const std::string node_;
    const std::string prefix_;  // of our ids; nobody else's begin like this
    std::uint64_t messages_ = 0;
};

// The id of a message that we have published; empty if it has none.
std::string message_id_of(std::string_view body);

}  // namespace pivot::switches::kazoo
