#include "http/destination.hpp"

#include "base/pass_on.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace pivot::http {

namespace {

// A longer URL is likely to be one call's own.
constexpr std::size_t cached_bytes_max = 512;

std::string_view name_of(std::string_view header)
{
    return header.substr(0, header.find(':'));
}

// Appends `others`, in place of the lines that have their names.
void replace(std::vector<std::string>& lines, const std::vector<std::string>& others)
{
    std::erase_if(lines, [&](const std::string& line) {
        return std::ranges::any_of(others, [&](std::string_view other) {
            return equals_ignoring_case(name_of(other), name_of(line));
        });
    });
    lines.insert(lines.end(), others.begin(), others.end());
}

std::string common_headers(const Url& url, const DestinationRules& rules)
{
    std::vector<std::string> lines = {
        "Host: " + url.authority(), "User-Agent: pivot/" PIVOT_VERSION,
        "Accept: application/json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1",
        "Accept-Encoding: gzip"};
    if (!url.authorization.empty()) lines.push_back("Authorization: " + url.authorization);
    if (!rules.headers.empty() && url.origin() == rules.origin) replace(lines, rules.headers);
    return fmt::format("{}\r\n", fmt::join(lines, "\r\n"));
}

std::string shared_origin(const Url& url, bool sends_sni, const std::string& partition)
{
    std::string origin = url.origin();
    if (!sends_sni) origin += " without SNI";
    if (!partition.empty()) origin += " of " + partition;
    return origin;
}

}  // namespace

void DestinationRules::add_headers(const std::vector<std::string>& others)
{
    replace(headers, others);
}

Destination::Destination(Url parsed, const DestinationRules& rules, bool says_name)
    : url(std::move(parsed)),
      policy(rules.policy),
      tls(rules.tls),
      sends_sni(says_name),
      origin(shared_origin(url, sends_sni, rules.partition)),
      headers(common_headers(url, rules)),
      admission(policy.admit_host(url.host, url.port))
{
}

tl::expected<std::shared_ptr<const Destination>, std::string> DestinationCache::find(
    std::string_view url)
{
    if (const Entry* known = by_url_.find(url)) return known->destination;
    auto parsed = Url::parse(url);
    if (!parsed) return pass_on(parsed);
    auto destination = std::make_shared<const Destination>(std::move(*parsed), rules_);
    if (url.size() > cached_bytes_max) return destination;
    auto entry = std::make_unique<Entry>();
    entry->name = url;
    entry->destination = destination;
    by_url_.add(std::move(entry));
    return destination;
}

}  // namespace pivot::http
