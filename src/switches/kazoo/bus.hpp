// A message bus as KAZOO uses it: its messages, in and out, and its listener.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pivot::switches::kazoo {

// A request from the queue that all pivots share. `tag` identifies it until the bus is lost.
struct Delivery {
    std::uint64_t tag = 0;
    bool is_redelivered = false;
    bool is_gzip = false;
    std::int64_t timestamp_us = 0;  // since 1970, when it was published; 0 if unknown
    std::string body;               // empty if it was too large
};

// A message from our own queue, where nothing is acknowledged.
struct Heard {
    std::string routing_key;
    bool is_gzip = false;
    std::string body;  // empty if it was too large
};

struct Publication {
    std::string exchange;
    std::string routing_key;  // at most 255 bytes
    std::vector<std::pair<std::string, std::string>> headers;
    bool must_be_routed = false;  // otherwise BusListener::returned()
    std::string body;
};

class Bus {
public:
    // Returns the number by which the message will be confirmed. Messages and acknowledgements of
    // one turn of the reactor are sent in order and, if the socket takes them, in one write.
    virtual std::uint64_t publish(const Publication& publication) = 0;

    // The delivery has been handled.
    virtual void acknowledge(std::uint64_t tag) = 0;

    // The name of our own queue, which dies with the bus. Messages to that name through the
    // exchange `targeted`, and messages that match a binding, are heard().
    virtual const std::string& queue() const = 0;

    // Takes effect before anything that is published later. The key has at most 255 bytes.
    virtual void bind(std::string_view exchange, std::string_view key) = 0;
    virtual void unbind(std::string_view exchange, std::string_view key) = 0;

protected:
    ~Bus() = default;
};

class BusListener {
public:
    // The bus exists until lost(). Deliveries follow. `is_queue_new` says that the queue had
    // neither messages nor consumers, so no earlier request will be delivered again, here or
    // elsewhere.
    virtual void opened(Bus& bus, bool is_queue_new) = 0;
    // The listener takes what it needs of it.
    virtual void delivered(Delivery&& delivery) = 0;

    // A response or event from our own queue. A shadow gets none.
    virtual void heard(Heard) {}

    // No queue took a message. `body` is the publication's; its confirmation still follows.
    virtual void returned(std::string_view body) = 0;

    // The broker has taken the publication, or could not.
    virtual void confirmed(std::uint64_t number, bool is_taken) = 0;

    // The broker takes no publications for now, or takes them again.
    virtual void blocked(bool is_blocked) = 0;

    virtual void lost() = 0;

protected:
    ~BusListener() = default;
};

}  // namespace pivot::switches::kazoo
