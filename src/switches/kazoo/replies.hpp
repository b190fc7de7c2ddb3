// What KAZOO is told of a pivot: `processing` or `failed`, and the callflow to go on with.
#pragma once

#include "switches/kazoo/bus.hpp"
#include "switches/kazoo/claim.hpp"
#include "switches/kazoo/queue_address.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace pivot::switches::kazoo {

// Messages with an id of their own each.
class Replies {
public:
    // `node` is how we are called on the bus: `pivot@piv1.example.com`.
    explicit Replies(std::string node);

    // `message_id` is set.
    Publication processing(std::string_view call_id, const QueueAddress& controller,
                           std::string& message_id);
    Publication failed(std::string_view call_id, const QueueAddress& controller,
                       std::string& message_id);

    // The event CHANNEL_PIVOT; `flow` is JSON text.
    Publication flow(std::string_view call_id, std::string_view flow, std::string& message_id);

    // To the other pivots. `claim.message_id` is not looked at.
    Publication claim(const Claim& claim);

    // Whether the id of a message is one of ours.
    bool has_made(std::string_view message_id) const { return message_id.starts_with(prefix_); }

private:
    std::string next_id();

    const std::string node_;
    const std::string prefix_;  // of our ids: nobody else's begin so
    std::uint64_t messages_ = 0;
};

// The id of a message that we have published; empty if there is none in it.
std::string message_id_of(std::string_view body);

}  // namespace pivot::switches::kazoo
