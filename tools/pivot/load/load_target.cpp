#include "pivot/load/load_target.hpp"

#include "http/url.hpp"
#include "net/resolver.hpp"
#include "reactor/reactor.hpp"
#include "reactor/scope.hpp"

namespace pivot::tools {

namespace {

constexpr Nanoseconds patience_ns = 2'000'000'000;

reactor::Task<> resolve(net::Resolver& resolver, std::string_view host, net::Addresses& found,
                        reactor::Deadline& deadline)
{
    const auto resolved = co_await resolver.resolve(host, deadline);
    if (resolved) found = *resolved;
}

}  // namespace

net::Addresses resolve_target(const std::string& url, const EngineConfig& config)
{
    net::Addresses found;
    const auto parsed = http::Url::parse(url);
    if (!parsed) return found;
    reactor::ReactorConfig reactor_config;
    reactor_config.ring = {.requests = 16, .descriptors = 16};
    const auto reactor = reactor::Reactor::open(reactor_config);
    if (!reactor) return found;
    reactor::Reactor& turning = **reactor;
    const auto resolver = net::Resolver::open(
        turning, {.servers = config.dns.servers, .hosts_file = config.dns.hosts_file});
    if (!resolver) return found;
    {
        reactor::Scope lookups(turning);
        reactor::Deadline deadline(turning, turning.now() + patience_ns);
        lookups.spawn(resolve(**resolver, parsed->host, found, deadline));
        while (lookups.running() > 0) turning.turn(reactor::never);
    }
    (*resolver)->close();
    while (!turning.is_idle()) turning.turn(reactor::never);
    return found;
}

}  // namespace pivot::tools
