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
    // Reads `127.0.0.1:9090`, `[::1]:9090` or `/run/pivot/admin.sock`; port 0 is a free one. The
    // error is a sentence that says how to write it.
    static tl::expected<ListenAddress, std::string> parse(std::string_view text);

    explicit ListenAddress(const SocketAddress& ip) : address_(ip) {}

    // Null if it is a Unix socket.
    const SocketAddress* ip() const { return std::get_if<SocketAddress>(&address_); }

    // Empty if it is not a Unix socket.
    std::string path() const { return ip() == nullptr ? std::get<std::string>(address_) : ""; }

    // Whether no other machine can connect to it.
    bool is_local() const;

    // As parse() reads it.
    std::string to_text() const;

private:
    explicit ListenAddress(std::string path) : address_(std::move(path)) {}

    std::variant<SocketAddress, std::string> address_;
};

}  // namespace pivot::net
