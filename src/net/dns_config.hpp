// How names are resolved: what an operator may say of it.
#pragma once

#include "net/address.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace pivot::net {

struct DnsConfig {
    // As parse_dns_server() reads them, in the order in which to ask; empty: the system's.
    std::vector<std::string> servers = {};

    // Where the system's servers and search domains are; read again when it changes.
    std::string resolv_conf = "/etc/resolv.conf";

    std::string hosts_file = "/etc/hosts";  // one that does not exist is empty; likewise

    // A server that is silent for so long is passed over. Each round of all servers doubles it.
    unsigned try_ms = 1'000;
    unsigned tries = 3;  // of each server

    std::size_t cache_names_max = 10'000;
    std::size_t lookups_max = 10'000;  // at a time; beyond: overload
};

// `192.0.2.53`, `192.0.2.53:5353`, `2001:db8::1`, `[2001:db8::1]:5353`. The error quotes the text
// and says how to mend it.
tl::expected<SocketAddress, std::string> parse_dns_server(std::string_view text);

}  // namespace pivot::net
