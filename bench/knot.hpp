// The DNS server Knot (Debian package `knot`) on loopback, for as long as its owner lives.
//
// It knows every name below `bench.example`: each has one address in both families.
#pragma once

#include "peers/loopback.hpp"
#include "peers/process.hpp"
#include "peers/temporary_folder.hpp"

#include <cstdint>
#include <fstream>
#include <string>

#include <fmt/format.h>
#include <unistd.h>

namespace pivot::bench {

class Knot {
public:
    static bool is_installed() { return ::access(program, X_OK) == 0; }

    Knot() : port_(free_port()), process_(program, {"-c", write_files()}, patience) {}

    std::uint16_t port() const { return port_; }

private:
    static constexpr const char* program = "/usr/sbin/knotd";
    static constexpr std::chrono::milliseconds patience{500};

    static std::uint16_t free_port() { return test::port_of(test::bind_udp("127.0.0.1")); }

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
    const std::uint16_t port_;
    test::Process process_;
};

}  // namespace pivot::bench
