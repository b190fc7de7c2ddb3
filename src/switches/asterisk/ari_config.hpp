// How to reach one application of one Asterisk.
#pragma once

#include "base/backoff.hpp"
#include "base/clock.hpp"
#include "net/dns_config.hpp"
#include "net/tls.hpp"

#include <string>

namespace pivot::switches::asterisk {

struct AriConfig {
    std::string url;  // Asterisk's HTTP server, with its prefix: `http://127.0.0.1:8088`
    std::string user;
    std::string password;
    std::string application;  // which the connection registers
    net::TlsConfig tls;       // for https
    net::DnsConfig dns;

    Nanoseconds connect_ns = 5 * second_ns;  // until the WebSocket is open
    Nanoseconds ping_ns = 5 * second_ns;     // silence before Asterisk is pinged
    Nanoseconds pong_ns = 5 * second_ns;     // time for its answer
    Backoff reconnect = {second_ns / 2, 5 * second_ns};

    // Pause before taking back an application from another client. If both took it back at once,
    // they would do nothing else.
    Nanoseconds replaced_retry_ns = 60 * second_ns;
};

}  // namespace pivot::switches::asterisk
