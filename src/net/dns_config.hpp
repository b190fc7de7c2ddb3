// How names are resolved, as far as an operator may configure it.
#pragma once

#include "net/address.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace pivot::net {

struct DnsConfig {
    // In the syntax of parse_dns_server(), in the order in which to ask. If there are none, the
    // system's servers are asked.
    std::vector<std::string> servers = {};

    // Names the system's servers and search domains; read again when it changes.
    std::string resolv_conf = "/etc/resolv.conf";

    // Read again when it changes. A file that does not exist counts as empty.
    std::string hosts_file = "/etc/hosts";

    // How long a server may be silent before the next one is asked. Doubles with each round of all
    // servers.
    unsigned try_ms = 1'000;
    unsigned tries = 3;  // per server

    std::size_t cache_names_max = 10'000;
    std::size_t lookups_max = 10'000;  // at a time; more fail with overload
};

// Reads `192.0.2.53`, `192.0.2.53:5353`, `2001:db8::1` or `[2001:db8::1]:5353`. The error quotes
// the text and says how to correct it.
tl::expected<SocketAddress, std::string> parse_dns_server(std::string_view text);

}  // namespace pivot::net
