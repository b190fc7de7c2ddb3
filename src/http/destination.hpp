// A URL, and what all requests to it have in common.
#pragma once

#include "base/list.hpp"
#include "base/lru_table.hpp"
#include "http/url.hpp"
#include "net/address_policy.hpp"

#include <pivot/failure.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace pivot::net {
class TlsContext;
}

namespace pivot::http {

// What requests depend on besides their URL. `policy` and `tls` outlive the destinations.
struct DestinationRules {
    const net::AddressPolicy& policy;
    net::TlsContext* tls = nullptr;         // not null where https is asked
    std::string partition = {};             // whose connections are shared; empty: everybody else's
    std::string origin = {};                // the only one whose requests have `headers`
    std::vector<std::string> headers = {};  // `Name: value`; they replace ours of the same name

    // In place of those that have the name of one of them.
    void add_headers(const std::vector<std::string>& others);
};

struct Destination {
    Destination(Url url, const DestinationRules& rules, bool sends_sni = true);

    const Url url;
    const net::AddressPolicy& policy;
    net::TlsContext* const tls;
    const bool sends_sni;          // whether TLS names the host
    const std::string origin;      // connections to equal ones are interchangeable
    const std::string headers;     // of every request (Host, User-Agent, …)
    const Result<void> admission;  // whether the address policy admits the host
};

// The destinations of the URLs that customers have configured, since a customer has many calls.
// Each reactor has one.
class DestinationCache {
public:
    explicit DestinationCache(const DestinationRules& rules) : rules_(rules) {}

    // The error is that of Url::parse.
    tl::expected<std::shared_ptr<const Destination>, std::string> find(std::string_view url);

private:
    struct Entry : ListHook<Entry> {
        std::string name;  // the URL
        std::shared_ptr<const Destination> destination;
    };

    // More than an engine's customers have at a time.
    static constexpr std::size_t destinations_max = 4'096;

    const DestinationRules& rules_;
    LruTable<Entry> by_url_{destinations_max};
};

}  // namespace pivot::http
