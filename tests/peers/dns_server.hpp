// A DNS server on loopback, over UDP and TCP on one port, that knows the names a test gives it.
//
//     DnsServer server;
//     server.answer("a.example", DnsType::a, {.addresses = {"127.0.0.1"}, .delay = 20ms});
//
// A name that was never given does not exist (NXDOMAIN). A name that was given for one type only
// has no data of the others. An answer that is delayed delays no other.
#pragma once

#include "peers/descriptor.hpp"
#include "peers/dns_message.hpp"
#include "peers/stop_signal.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <netinet/in.h>

namespace pivot::test {

class DnsServer {
public:
    DnsServer();  // on 127.0.0.1
    ~DnsServer();

    std::uint16_t port() const;

    // From now on; replaces what was said before. `name` is in lower case.
    void answer(const std::string& name, DnsType type, DnsAnswer answer);

    // How often a question came, over either transport, whatever became of its answer.
    std::size_t queries(const std::string& name, DnsType type) const;
    std::size_t queries_over_tcp(const std::string& name, DnsType type) const;
    std::size_t queries_in_total() const;

private:
    using Key = std::pair<std::string, DnsType>;

    struct Counts {
        std::size_t udp = 0;
        std::size_t tcp = 0;
    };

    struct Connection {
        Descriptor socket;
        std::string received;
    };

    // Where a reply goes: a connection by its number, else a UDP address.
    struct Asker {
        std::optional<std::size_t> connection = std::nullopt;
        sockaddr_in address{};
    };

    struct Reply {
        Asker asker;
        std::string message;
    };

    void open_sockets();
    void run();
    void watch(const Descriptor& socket, std::uint64_t number);
    void receive_datagrams();
    void accept_connection();
    void receive_from(std::size_t number);
    void take(const Asker& asker, std::string_view message);
    DnsAnswer look_up(const DnsQuestion& question, DnsTransport transport);
    void send_replies_due();
    void send(const Reply& reply);

    Descriptor tcp_;
    Descriptor udp_;
    const Descriptor epoll_;
    StopSignal stop_;

    mutable std::mutex mutex_;  // guards the two below
    std::map<Key, DnsAnswer> answers_;
    std::map<Key, Counts> counts_;

    // These three are the thread's.
    std::map<std::size_t, Connection> connections_;  // by number
    std::size_t connections_accepted_ = 0;
    std::multimap<Clock::time_point, Reply> replies_;  // by when they are due

    std::jthread thread_;
};

}  // namespace pivot::test
