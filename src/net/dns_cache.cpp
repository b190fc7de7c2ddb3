#include "net/dns_cache.hpp"

#include <cassert>
#include <string>

namespace pivot::net {

const Result<Addresses>* DnsCache::find(std::string_view name, Nanoseconds now) const
{
    const auto found = entries_.find(name);
    if (found == entries_.end() || found->second.expires_at <= now) return nullptr;
    return &found->second.answer;
}

void DnsCache::store(std::string_view name, const Result<Addresses>& answer, Nanoseconds expires_at,
                     Nanoseconds now)
{
    if (expires_at <= now || names_max_ == 0) return;
    auto [place, is_new] = entries_.try_emplace(std::string(name), *this);
    Entry& entry = place->second;
    entry.name = place->first;
    entry.answer = answer;
    entry.expires_at = expires_at;
    if (entries_.size() > names_max_) by_expiry_.fire_earliest();  // the new one is not set yet
    by_expiry_.set(entry, expires_at);
}

void DnsCache::forget(const Entry& entry)
{
    const auto found = entries_.find(entry.name);
    assert(found != entries_.end());
    entries_.erase(found);
}

}  // namespace pivot::net
