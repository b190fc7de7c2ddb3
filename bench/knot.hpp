// The DNS server Knot (Debian package `knot`) on loopback, for as long as its owner lives.
//
// It knows every name below `bench.example`: each has one address in both families.
#pragma once

#include "peers/loopback.hpp"
#include "peers/process.hpp"
#include "peers/temporary_folder.hpp"

#include <chrono>
#include <cstdint>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace pivot::bench {

class Knot {
public:
    static bool is_installed() { return ::access(program, X_OK) == 0; }

    // Throws std::runtime_error when it does not answer on any of some ports.
    Knot()
    {
        for (int attempt = 0; attempt < attempts_max; ++attempt) {
            port_ = free_port();
            process_ = std::make_unique<test::Process>(
                program, std::vector<std::string>{"-c", write_files()}, patience);
            if (answers()) return;
        }
        throw std::runtime_error("knotd does not answer");
    }

    std::uint16_t port() const { return port_; }

private:
    static constexpr const char* program = "/usr/sbin/knotd";
    static constexpr std::chrono::milliseconds patience{500};
    static constexpr int attempts_max = 5;

    // Somebody may take it before knotd does, or have it for TCP alone: so answers() tells.
    static std::uint16_t free_port() { return test::port_of(test::bind_udp("127.0.0.1")); }

    // It speaks before it listens, and lives on for a moment when it cannot.
    bool answers() const
    {
        using namespace std::string_view_literals;
        constexpr auto question =
            "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"
            "\x01"
            "a"
            "\x05"
            "bench"
            "\x07"
            "example"
            "\x00\x00\x01\x00\x01"sv;
        constexpr int questions_max = 30;
        constexpr int answer_ms_max = 100;
        const test::Descriptor socket = test::bind_udp("127.0.0.1");
        sockaddr_in server{};
        server.sin_family = AF_INET;
        server.sin_port = htons(port_);
        server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        for (int i = 0; i < questions_max; ++i) {
            ::sendto(socket.get(), question.data(), question.size(), 0,
                     reinterpret_cast<const sockaddr*>(&server), sizeof server);
            pollfd watched{socket.get(), POLLIN, 0};
            if (::poll(&watched, 1, answer_ms_max) > 0) return true;
        }
        return false;
    }

    // Returns the path of the configuration.
    std::string write_files()
    {
        const std::string folder = folder_.path().string();
        std::ofstream(folder + "/zone") << "@ 300 SOA ns.bench.example. root.bench.example. 1 "
                                           "3600 600 86400 300\n"
                                           "@ 300 NS ns\n"
                                           "ns 300 A 127.0.0.1\n"
                                           "* 300 A 192.0.2.1\n"
                                           "* 300 AAAA 2001:db8::1\n";
        std::ofstream(folder + "/knot.conf") << fmt::format(
            "server:\n"
            "    listen: 127.0.0.1@{0}\n"
            "    rundir: {1}\n"
            "    udp-workers: 1\n"
            "    tcp-workers: 1\n"
            "    background-workers: 1\n"
            "database:\n"
            "    storage: {1}\n"
            "log:\n"
            "  - target: stdout\n"
            "    any: info\n"
            "zone:\n"
            "  - domain: bench.example\n"
            "    file: {1}/zone\n"
            "    journal-content: none\n",
            port_, folder);
        return folder + "/knot.conf";
    }

    test::TemporaryFolder folder_;
    std::uint16_t port_ = 0;
    std::unique_ptr<test::Process> process_;
};

}  // namespace pivot::bench
