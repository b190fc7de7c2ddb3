// The tables [[kazoo]] of `pivot serve`: requests of KAZOO, over its message bus.
#pragma once

#include "base/json_reader.hpp"
#include "switches/kazoo/amqp_link.hpp"
#include "switches/kazoo/broker.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace pivot::tools {

// Whether requests are only watched, and none is answered.
enum class Shadow : std::uint8_t {
    off,
    check,  // what a request says is judged
    ask,    // and so is what the web server answers
};

struct KazooSettings {
    std::string name;                              // in lines of the log and in metrics
    std::vector<switches::kazoo::Broker> brokers;  // alternatives, of one cluster
    unsigned prefetch = 100;  // requests that are taken before their replies are sent
    std::string tls_ca;       // a PEM file; empty: the system's authorities
    Shadow shadow = Shadow::off;

    // How to connect, by the name of this machine.
    switches::kazoo::AmqpLinkSettings link() const;

    // The brokers, for messages.
    std::string places() const;
};

// Reads the tables that are there.
void read_kazoo(json::ObjectReader& root, std::vector<KazooSettings>& fronts,
                json::Breaches& breaches);

}  // namespace pivot::tools
