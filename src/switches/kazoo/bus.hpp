// A message bus as KAZOO uses it: what comes from it, what goes to it, and who listens.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pivot::switches::kazoo {

// A request, from the queue that all pivots share. `tag` names it until the bus is lost.
struct Delivery {
    std::uint64_t tag = 0;
    bool is_redelivered = false;
    bool is_gzip = false;
    std::int64_t timestamp_us = 0;  // when it was published, since 1970; 0: unknown
    std::string body;               // empty if it was too large
};

// A message of our own queue, where none is acknowledged.
struct Heard {
    std::string routing_key;
    bool is_gzip = false;
    std::string body;  // empty if it was too large
};

struct Publication {
    std::string exchange;
    std::string routing_key;  // at most 255 bytes
    std::vector<std::pair<std::string, std::string>> headers;
    bool must_be_routed = false;  // else BusListener::returned()
    std::string body;
};

class Bus {
public:
    // Returns the number by which it will be confirmed. What is published and acknowledged in one
    // turn of the reactor is sent in that order and, if the socket takes it, in one write.
    virtual std::uint64_t publish(const Publication& publication) = 0;

    // The message is dealt with.
    virtual void acknowledge(std::uint64_t tag) = 0;

    // The name of our own queue, which dies with the bus: what is sent to that name through the
    // exchange `targeted` is heard(), and what matches a binding.
    virtual const std::string& queue() const = 0;

    // Takes effect before what is published afterwards. The key has at most 255 bytes.
    virtual void bind(std::string_view exchange, std::string_view key) = 0;
    virtual void unbind(std::string_view exchange, std::string_view key) = 0;

protected:
    ~Bus() = default;
};

class BusListener {
public:
    // The bus is there until lost(). Deliveries follow. `is_queue_new`: there is neither a message
    // nor a consumer, so none of the requests before will come again, here or elsewhere.
    virtual void opened(Bus& bus, bool is_queue_new) = 0;
    virtual void delivered(Delivery delivery) = 0;

    // A response or an event, which our own queue got: there is none where requests are watched.
    virtual void heard(Heard) {}

    // No queue took it. `body` is that of the publication; its confirmation follows.
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
