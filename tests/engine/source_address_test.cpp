// The local addresses from which an engine connects.
#include "engine/engine_fixture.hpp"

#include <set>

#include <arpa/inet.h>
#include <poll.h>

namespace pivot::test {
namespace {

std::string address_of(const sockaddr_storage& peer)
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    const void* bytes = nullptr;
    if (peer.ss_family == AF_INET) {
        bytes = &reinterpret_cast<const sockaddr_in&>(peer).sin_addr;
    } else {
        bytes = &reinterpret_cast<const sockaddr_in6&>(peer).sin6_addr;
    }
    return ::inet_ntop(peer.ss_family, bytes, text.data(), text.size());
}

// Who connects when calls are made with these source addresses, until `calls` have come.
std::multiset<std::string> callers(std::vector<std::string> source_addresses, std::size_t calls,
                                   const std::string& server = "127.0.0.1")
{
    const Descriptor listener = listen_tcp(server);
    auto config = loopback();
    config.source_addresses = std::move(source_addresses);
    std::vector<Descriptor> connections;
    std::multiset<std::string> found;
    Pivots pivots{config};
    const auto host = server == "::1" ? "[::1]" : server;
    const auto url = "http://" + host + ':' + std::to_string(port_of(listener)) + '/';
    for (std::size_t i = 0; i < calls; ++i) pivots.start(node(url));
    while (found.size() < calls) {
        pollfd arrival{.fd = listener.get(), .events = POLLIN, .revents = 0};
        checked(::poll(&arrival, 1, -1), "poll");
        sockaddr_storage peer{};
        socklen_t size_bytes = sizeof peer;
        connections.emplace_back(checked(
            ::accept(listener.get(), reinterpret_cast<sockaddr*>(&peer), &size_bytes), "accept"));
        found.insert(address_of(peer));
    }
    return found;
}

TEST(SourceAddress, connections_come_from_each_by_turns)
{
    EXPECT_EQ(callers({"127.0.0.2", "127.0.0.3"}, 5),
              (std::multiset<std::string>{"127.0.0.2", "127.0.0.2", "127.0.0.2", "127.0.0.3",
                                          "127.0.0.3"}));
}

TEST(SourceAddress, only_those_of_the_servers_family_are_used)
{
    EXPECT_EQ(callers({"::1"}, 1), std::multiset<std::string>{"127.0.0.1"});
    EXPECT_EQ(callers({"127.0.0.2"}, 1, "::1"), std::multiset<std::string>{"::1"});
    EXPECT_EQ(callers({"127.0.0.2", "::1"}, 2, "::1"), (std::multiset<std::string>{"::1", "::1"}));
}

TEST(SourceAddress, one_that_the_machine_does_not_have_fails_with_connect)
{
    auto config = loopback();
    config.source_addresses = {"192.0.2.7"};
    const auto outcome = ask(answer(), config);
    EXPECT_TRUE(has_failed(outcome, Reason::connect, Phase::connect));
    EXPECT_TRUE(says(outcome, "from 192.0.2.7: Cannot assign requested address"));
}

TEST(SourceAddress, what_is_not_an_address_is_an_error_when_the_engine_is_created)
{
    auto config = loopback();
    config.source_addresses = {"localhost"};
    const auto engine = Engine::create(config);
    ASSERT_FALSE(engine);
    EXPECT_NE(engine.error().find("\"localhost\""), std::string::npos) << engine.error();
}

}  // namespace
}  // namespace pivot::test
