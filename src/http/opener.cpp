#include "http/opener.hpp"

#include "base/pass_on.hpp"

#include <cassert>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace pivot::http {

namespace {

using reactor::Deadline;
using reactor::Reactor;
using reactor::Task;

// About the CPU time of a TLS handshake.
constexpr Nanoseconds handshake_ns = 500'000;

// Adds the time since `since` to a timing.
void note(std::int64_t& timing_us, Histogram& durations, Nanoseconds since, Reactor& reactor)
{
    const Nanoseconds took_ns = reactor.now() - since;
    timing_us += took_ns / 1'000;
    durations.add(took_ns);
}

// The limit for TCP and TLS, each.
Nanoseconds limit_of(const Progress& progress)
{
    return progress.demands != nullptr ? progress.demands->connect_ns_max : never;
}

Task<Result<net::Connected>> connect_in_time(std::span<const net::SocketAddress> addresses,
                                             net::SourceAddresses& sources, Nanoseconds ns_max,
                                             Deadline& deadline)
{
    Deadline in_time(deadline, deadline.reactor().now() + ns_max);
    auto connected = co_await net::connect(addresses, sources, in_time);
    if (!connected) explain_limit(connected.error(), "no connection", ns_max, in_time, deadline);
    co_return connected;
}

Task<Result<void>> secure_without_limit(net::Connection& connection, const Destination& destination,
                                        Deadline& deadline)
{
    assert(destination.tls != nullptr);
    return connection.secure(*destination.tls, destination.url.host, destination.origin,
                             destination.sends_sni, deadline);
}

Task<Result<void>> secure_in_time(net::Connection& connection, const Destination& destination,
                                  Nanoseconds ns_max, Deadline& deadline)
{
    Deadline in_time(deadline, deadline.reactor().now() + ns_max);
    auto secured = co_await secure_without_limit(connection, destination, in_time);
    if (!secured) explain_limit(secured.error(), "no TLS handshake", ns_max, in_time, deadline);
    co_return secured;
}

}  // namespace

Task<Result<std::vector<net::SocketAddress>>> Opener::locate(const Destination& destination,
                                                             Progress& progress, Deadline& deadline)
{
    const Url& url = destination.url;
    progress.phase = Phase::dns;
    const Nanoseconds since = deadline.reactor().now();
    const std::string absolute = url.is_absolute ? url.name() : std::string();
    const std::string_view name = url.is_absolute ? absolute : url.host;
    auto resolved = co_await resolver_.resolve(name, deadline);
    note(progress.timings_us.dns, counts_.dns, since, deadline.reactor());
    (resolved ? counts_.names_found : counts_.names_not_found).add();
    if (!resolved) co_return pass_on(resolved);
    std::vector<net::SocketAddress> addresses;
    for (const net::IpAddress& ip : *resolved) addresses.emplace_back(ip, url.port);
    const std::vector<net::IpAddress> own = co_await locate_own(destination, deadline);
    auto admitted = destination.policy.admit(url.host, addresses, own);
    if (!admitted) co_return pass_on(admitted);
    co_return addresses;
}

// One that cannot be found has no address to be kept from.
Task<std::vector<net::IpAddress>> Opener::locate_own(const Destination& destination,
                                                     Deadline& deadline)
{
    std::vector<net::IpAddress> own;
    const std::vector<std::string> hosts = destination.policy.own_hosts(destination.url.port);
    for (const std::string& host : hosts) {
        const auto resolved = co_await resolver_.resolve(host, deadline);
        if (resolved) own.insert(own.end(), resolved->begin(), resolved->end());
    }
    co_return own;
}

Task<Result<net::Connected>> Opener::connect(std::span<const net::SocketAddress> addresses,
                                             Progress& progress, Deadline& deadline)
{
    progress.phase = Phase::connect;
    const Nanoseconds since = deadline.reactor().now();
    const Nanoseconds ns_max = limit_of(progress);
    auto connecting = ns_max == never ? net::connect(addresses, sources_, deadline)
                                      : connect_in_time(addresses, sources_, ns_max, deadline);
    auto connected = co_await connecting;
    note(progress.timings_us.connect, counts_.connect, since, deadline.reactor());
    if (connected) progress.address = connected->address;
    co_return connected;
}

Task<Result<void>> Opener::secure(net::Connection& connection, const Destination& destination,
                                  Progress& progress, Deadline& deadline)
{
    if (destination.url.scheme == Scheme::http) co_return Result<void>();
    progress.phase = Phase::tls;
    const Nanoseconds since = deadline.reactor().now();
    const Nanoseconds ns_max = limit_of(progress);
    auto securing = ns_max == never ? secure_without_limit(connection, destination, deadline)
                                    : secure_in_time(connection, destination, ns_max, deadline);
    auto secured = co_await securing;
    deadline.reactor().worked(handshake_ns);
    note(progress.timings_us.tls, counts_.tls, since, deadline.reactor());
    if (secured) {
        (connection.is_resumed() ? counts_.resumed_handshakes : counts_.full_handshakes).add();
    }
    co_return secured;
}

void explain_limit(Failure& failure, std::string_view what, Nanoseconds ns_max,
                   const Deadline& in_time, const Deadline& deadline)
{
    if (!in_time.has_expired() || deadline.has_expired()) return;
    failure.message = fmt::format("{} within {} ms", what, ns_max / 1'000'000);
}

}  // namespace pivot::http
