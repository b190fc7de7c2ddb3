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
#include <vector>

#include <tl/expected.hpp>

namespace pivot::http {

// What requests depend on besides their URL.
struct DestinationRules {
    const net::AddressPolicy& policy;
    std::string origin = {};                // whose requests have `headers`, and no others
    std::vector<std::string> headers = {};  // `Name: value`, in the place of our own of that name
};

struct Destination {
    Destination(Url url, const DestinationRules& rules, bool sends_sni = true);

    const Url url;
    const bool sends_sni;       // whether TLS says the host's name
    const std::string origin;   // connections to equal ones are interchangeable
    const std::string headers;  // Host, User-Agent, …: those of every request, each with its end
    const Result<void> admission;  // what the address policy says of the host
};

// The destinations of the URLs that customers have configured: calls to one customer are many.
// Made once per reactor.
class DestinationCache {
public:
    explicit DestinationCache(const DestinationRules& rules) : rules_(rules) {}

    // The error is a sentence, Url::parse's.
    tl::expected<std::shared_ptr<const Destination>, std::string> find(std::string_view url);

private:
    const DestinationRules& rules_;
    net::NameMap<std::shared_ptr<const Destination>> by_url_;
};

}  // namespace pivot::http
