// One address of the admin listener: who gets in, and what they see.
//
//     a Unix socket   its file mode keeps everyone else out
//     loopback        health and metrics, without details; the token opens the rest
//     elsewhere       health, without details; the token opens the rest
//
// Health is for probes, which have no token. On loopback, metrics are for a collector on the same
// machine: they are numbers and nothing else. A stranger's page may lead a browser on this machine
// here by a name of its own (DNS rebinding), so requests over TCP must name the host by an address
// or as localhost.
#pragma once

#include "http/server_handler.hpp"
#include "net/listen_address.hpp"
#include "pivot/serve/admin/admin_pages.hpp"

#include <memory>
#include <string>

namespace pivot::tools {

class AdminDoor final : public http::ServerHandler {
public:
    AdminDoor(const net::ListenAddress& address, std::string token, const AdminPages& pages);

    reactor::Task<http::ServerResponse> answer(const http::ServerRequest& request,
                                               reactor::Deadline& deadline) override;

private:
    http::ServerResponse respond(const http::ServerRequest& request) const;
    bool needs_token(const http::ServerRequest& request) const;
    bool has_token(const http::ServerRequest& request) const;

    const bool is_socket_;
    const bool is_local_;
    const std::string token_;
    const AdminPages& pages_;
};

}  // namespace pivot::tools
