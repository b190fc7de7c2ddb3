// A broker's address and credentials: amqp://USER:PASSWORD@HOST:PORT/VHOST?heartbeat=SECONDS
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace pivot::switches::kazoo {

struct Broker {
    bool uses_tls = false;  // amqps
    std::string host;       // without brackets
    std::uint16_t port = 5672;
    std::string user = "guest";
    std::string password = "guest";
    std::string vhost = "/";
    unsigned heartbeat_s = 10;

    // The error is a sentence without a full stop.
    static tl::expected<Broker, std::string> parse(std::string_view url);

    // For messages, without user and password: `amqps://rabbit.example.com:5671/kazoo`.
    std::string to_text() const;
};

}  // namespace pivot::switches::kazoo
