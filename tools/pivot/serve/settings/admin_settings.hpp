// Where `pivot serve` answers its operator (docs/serve.md, "Health and metrics").
#pragma once

#include "base/json_reader.hpp"
#include "net/listen_address.hpp"
#include "net/tls.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::tools {

struct AdminSettings {
    std::vector<net::ListenAddress> listen;
    bool is_default = true;  // nobody has said where
    std::string token;       // empty: a random one
    net::TlsFiles tls;       // of what other machines reach
};

// A guess takes too long.
inline constexpr std::size_t token_bytes_min = 16;

// One address, or a list.
std::vector<net::ListenAddress> read_addresses(json::ObjectReader& reader, std::string_view name);

// Reads the table `admin`.
void read_admin(json::ObjectReader& root, AdminSettings& settings);

// `admin.sock` in the folder for sockets that systemd has made, else in /run/pivot; none if that is
// not there or cannot be written to. `folder` is $RUNTIME_DIRECTORY, or null.
std::vector<net::ListenAddress> default_admin_addresses(const char* folder);

}  // namespace pivot::tools
