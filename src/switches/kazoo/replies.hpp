// The replies to a pivot request: `processing` or `failed`, and the callflow with which to go on.
#pragma once

#include "switches/kazoo/bus.hpp"
#include "switches/kazoo/claim.hpp"
#include "switches/kazoo/queue_address.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace pivot::switches::kazoo {

// Builds messages, each with an id of its own, in the same memory: one is valid until the next.
class Replies {
public:
    // `node` is our name on the bus: `pivot@piv1.example.com`.
    explicit Replies(const std::string& node);

    // Sets `message_id`.
    const Publication& processing(std::string_view call_id, const QueueAddress& controller,
                                  std::string& message_id);
    const Publication& failed(std::string_view call_id, const QueueAddress& controller,
                              std::string& message_id);

    // The event CHANNEL_PIVOT; `flow` is JSON.
    const Publication& flow(std::string_view call_id, std::string_view flow,
                            std::string& message_id);

    // A message to the other pivots. Ignores `claim.message_id`.
    const Publication& claim(const Claim& claim);

    // Whether the id of a message is one of ours.
    bool has_made(std::string_view message_id) const { return message_id.starts_with(prefix_); }

private:
    void set_next_id(std::string& message_id);
    const Publication& reply(const std::string& head, std::string_view call_id,
                             const QueueAddress& controller, std::string& message_id);

    // What all messages of a kind begin with, as JSON.
    const std::string processing_;
    const std::string failed_;
    const std::string flow_;
    const std::string claim_request_;
    const std::string claim_answer_;

    const std::string prefix_;  // of our ids; nobody else's begin like this
    std::uint64_t messages_ = 0;
    Publication reply_;
    Publication event_;
    Publication claim_;
    std::string claim_id_;
};

// The id of a message that we have published; empty if it has none.
std::string message_id_of(std::string_view body);

}  // namespace pivot::switches::kazoo
