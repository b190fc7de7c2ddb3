// From a name to addresses, with one cache per reactor.
//
// The hosts file comes first, and its entries never expire. Then `localhost` and the names below it
// are loopback (RFC 6761, section 6.3). Then comes the cache, then the DNS servers. Callers who ask
// for the same name at the same time share one lookup. It goes on when they have given up, to fill
// the cache.
//
// A lookup asks for IPv6 and IPv4 addresses at once, in two questions. It is answered when both
// replies are in, or 50 ms after one family has come with addresses, so a dropped AAAA does not
// hold up A, nor the other way round. RFC 8305, section 3, would go on with IPv6 at once. Here the
// caller gets one list, and a list without IPv4 leaves them nothing to fall back on. The late
// family enters the cache.
//
// Answers live for their TTL, at most an hour; a name that does not exist or has no address, for
// five seconds (RFC 2308); a failure of the servers, for one (RFC 2308, section 7), so that not
// each call to a broken domain asks again. If one family has addresses and the servers failed to
// tell about the other, both are asked for again after a second, too.
//
// The hosts file, and the file that names the system's servers, may change at any time. They are
// checked at most once a second, and only when somebody asks.
#pragma once

#include "base/name_table.hpp"
#include "net/addresses.hpp"
#include "net/dns_cache.hpp"
#include "net/dns_config.hpp"
#include "net/hosts.hpp"
#include "net/watched_file.hpp"
#include "reactor/reactor.hpp"
#include "reactor/task.hpp"

#include <pivot/failure.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace pivot::net {

class DnsChannel;

class Resolver {
public:
    // Reads the hosts file and, if `config` names no servers, the system's resolv.conf. The error
    // is a sentence.
    static tl::expected<std::unique_ptr<Resolver>, std::string> open(reactor::Reactor& reactor,
                                                                     const DnsConfig& config);

    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;
    ~Resolver();  // nobody waits; closed, and the reactor has turned until is_idle()

    // Yields at least one address, in the order in which to try them: the families alternate, IPv6
    // first (RFC 8305, section 4). An address resolves to itself. A name without any dot is tried
    // in the system's search domains, too; with a dot at its end it is absolute (RFC 1034, section
    // 3.1).
    //
    // Fails with dns, timeout, cancelled, or with overload if too many lookups are under way. A
    // known name takes a hash probe, without allocation if `host` is in the spelling of
    // canonical_host().
    reactor::Task<Result<Addresses>> resolve(std::string_view host, reactor::Deadline& deadline);

    // Other servers are asked from now on (DnsConfig). What is in the cache stays until it expires.
    void set_servers(std::vector<std::string> servers);

    // Ends every lookup, present and future, with cancelled. It becomes idle within the reactor's
    // next turns.
    void close();
    bool is_idle() const;

    // The number of questions sent to servers: two per lookup, and one more for each alias whose
    // answer has no addresses, at most eight per family. Retries are not counted.
    std::uint64_t questions() const;

    // How often the cache knew a name, failures included.
    std::uint64_t cache_hits() const { return cache_hits_; }

private:
    class Lookup;

    Resolver(reactor::Reactor& reactor, const DnsConfig& config, WatchedFile hosts_file,
             Hosts hosts, std::unique_ptr<DnsChannel> channel);

    void read_hosts_again();
    std::optional<Result<Addresses>> recall(std::string_view name);
    void forget_if_done(const Lookup& lookup);

    reactor::Reactor& reactor_;
    const std::size_t lookups_max_;
    WatchedFile hosts_file_;
    Hosts hosts_;
    DnsCache cache_;
    std::unique_ptr<DnsChannel> channel_;
    NameTable<Lookup> lookups_;  // each from its start until it is done
    std::uint64_t cache_hits_ = 0;
    bool is_closed_ = false;
};

}  // namespace pivot::net
