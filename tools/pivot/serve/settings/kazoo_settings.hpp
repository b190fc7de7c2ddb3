// The tables [[kazoo]]: KAZOO's requests, over its message bus.
#pragma once

#include "base/json_reader.hpp"
#include "switches/kazoo/amqp_link.hpp"
#include "switches/kazoo/broker.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace pivot::tools {

// Our name on the bus, in the form of KAZOO's own nodes: `pivot@piv1.example.com`.
std::string bus_node_name();

// Whether requests are only watched, and not answered.
enum class Shadow : std::uint8_t {
    off,
    check,  // judges the request
    ask,    // also asks the web server, and judges its answer
};

struct KazooSettings {
    std::string name;                              // in log lines and metrics
    std::vector<switches::kazoo::Broker> brokers;  // alternatives of one cluster
    unsigned prefetch = 100;                       // requests that may be in flight without a reply
    std::string tls_ca;                            // a PEM file; if empty, the system's authorities
    Shadow shadow = Shadow::off;

    // How to connect. The node is named after this machine.
    switches::kazoo::AmqpLinkSettings link() const;

    // The brokers, for messages.
    std::string places() const;
};

// Reads the tables that are there.
void read_kazoo(json::ObjectReader& root, std::vector<KazooSettings>& fronts,
                json::Breaches& breaches);

}  // namespace pivot::tools
