// The table [admin]: where `pivot serve` answers its operator (docs/serve.md, "The admin
// listener").
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
    bool is_default = true;      // not configured
    bool may_be_absent = false;  // it starts without a listener if the address is taken
    std::string token;           // if empty, a random one is made
    net::TlsFiles tls;           // for addresses that other machines reach
};

// Long enough that nobody can guess it.
inline constexpr std::size_t token_bytes_min = 16;

// Reads one address or a list.
std::vector<net::ListenAddress> read_addresses(json::ObjectReader& reader, std::string_view name);

// Reads the table `admin`.
void read_admin(json::ObjectReader& root, AdminSettings& settings);

// `admin.sock` in the folder that systemd has made for sockets, else in /run/pivot, else the user's
// own socket, if there is one. Returns none if the folder does not exist or cannot be written to.
// `folder` is $RUNTIME_DIRECTORY, or null.
std::vector<net::ListenAddress> default_admin_addresses(const char* folder,
                                                        const std::string& users_socket);

}  // namespace pivot::tools
