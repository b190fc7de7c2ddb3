// How to reach one application of one Asterisk.
#pragma once

#include "base/backoff.hpp"
#include "base/clock.hpp"
#include "net/dns_config.hpp"
#include "net/tls.hpp"

#include <string>

namespace pivot::switches::asterisk {

struct AriConfig {
    std::string url;  // of Asterisk's HTTP server, with its prefix: `http://127.0.0.1:8088`
    std::string user;
    std::string password;
    std::string application;  // registered by the connection
    net::TlsConfig tls;       // for https
    net::DnsConfig dns;

    Nanoseconds connect_ns = 5 * second_ns;  // from the name to the open WebSocket
    Nanoseconds ping_ns = 5 * second_ns;  // of silence; then Asterisk is asked for a sign of life
    Nanoseconds pong_ns = 5 * second_ns;  // for which that is waited
    Backoff reconnect = {second_ns / 2, 5 * second_ns};

    // Before taking back an application that another client has taken over. Two that take it back
    // at once would do nothing else.
    Nanoseconds replaced_retry_ns = 60 * second_ns;
};

}  // namespace pivot::switches::asterisk
