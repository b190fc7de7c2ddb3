// Where a server of ours listens: an address and a port, or a Unix socket.
#pragma once

#include "net/address.hpp"

#include <string>
#include <string_view>
#include <variant>

#include <tl/expected.hpp>

namespace pivot::net {

class ListenAddress {
public:
    // Reads `127.0.0.1:9090`, `[::1]:9090` or `/run/pivot/admin.sock`. Port 0 stands for any free
    // port. The error is a sentence that shows the right form.
    static tl::expected<ListenAddress, std::string> parse(std::string_view text);

    explicit ListenAddress(const SocketAddress& ip) : address_(ip) {}

    // Returns null for a Unix socket.
    const SocketAddress* ip() const { return std::get_if<SocketAddress>(&address_); }

    // Empty for an IP address.
    std::string path() const { return ip() == nullptr ? std::get<std::string>(address_) : ""; }

    // Whether only this machine can connect to it.
    bool is_local() const;

    // In the form that parse() reads.
    std::string to_text() const;

private:
    explicit ListenAddress(std::string path) : address_(std::move(path)) {}

    std::variant<SocketAddress, std::string> address_;
};

}  // namespace pivot::net
