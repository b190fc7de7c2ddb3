#include "http/destination.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot::http {

namespace {

// More than an engine's customers have at a time. Where there are more the cache begins anew. A
// long URL is likely to be one call's own.
constexpr std::size_t destinations_max = 4'096;
constexpr std::size_t cached_bytes_max = 512;

std::string common_headers(const Url& url)
{
    std::string headers = fmt::format(
        "Host: {}\r\n"
        "User-Agent: pivot/" PIVOT_VERSION
        "\r\n"
        "Accept: application/json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1\r\n"
        "Accept-Encoding: gzip\r\n",
        url.authority());
    if (!url.authorization.empty()) headers += "Authorization: " + url.authorization + "\r\n";
    return headers;
}

}  // namespace

Destination::Destination(Url parsed, const net::AddressPolicy& policy, bool says_name)
    : url(std::move(parsed)),
      sends_sni(says_name),
      origin(sends_sni ? url.origin() : url.origin() + " without SNI"),
      headers(common_headers(url)),
      admission(policy.admit_host(url.host))
{
}

tl::expected<std::shared_ptr<const Destination>, std::string> DestinationCache::find(
    std::string_view url)
{
    if (const auto known = by_url_.find(url); known != by_url_.end()) return known->second;
    auto parsed = Url::parse(url);
    if (!parsed) return tl::unexpected(std::move(parsed.error()));
    auto destination = std::make_shared<const Destination>(std::move(*parsed), policy_);
    if (url.size() > cached_bytes_max) return destination;
    if (by_url_.size() == destinations_max) by_url_.clear();  // calls in flight keep theirs
    by_url_.emplace(url, destination);
    return destination;
}

}  // namespace pivot::http
