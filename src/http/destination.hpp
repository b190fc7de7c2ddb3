// A URL, and all that requests to it have in common.
#pragma once

#include "http/url.hpp"
#include "net/address_policy.hpp"
#include "net/name_map.hpp"

#include <pivot/failure.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace pivot::http {

struct Destination {
    Destination(Url url, const net::AddressPolicy& policy, bool sends_sni = true);

    const Url url;
    const bool sends_sni;          // whether TLS says the host's name
    const std::string origin;      // connections to equal ones are interchangeable
    const std::string headers;     // Host, User-Agent, …: those of every request, each with its end
    const Result<void> admission;  // what the address policy says of the host
};

// The destinations of the URLs that customers have configured: calls to one customer are many.
// Made once per reactor.
class DestinationCache {
public:
    explicit DestinationCache(const net::AddressPolicy& policy) : policy_(policy) {}

    // The error is a sentence, Url::parse's.
    tl::expected<std::shared_ptr<const Destination>, std::string> find(std::string_view url);

private:
    const net::AddressPolicy& policy_;
    net::NameMap<std::shared_ptr<const Destination>> by_url_;
};

}  // namespace pivot::http
