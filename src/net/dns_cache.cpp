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
    if (const auto known = entries_.find(name); known != entries_.end()) forget(known);
    if (entries_.size() == names_max_) {
        const std::string_view first = by_expiry_.begin()->second;
        forget(entries_.find(first));
    }
    const auto [entry, is_new] = entries_.emplace(name, Entry{answer, expires_at});
    assert(is_new);
    by_expiry_.emplace(expires_at, entry->first);
}

void DnsCache::forget(NameMap<Entry>::iterator entry)
{
    by_expiry_.erase({entry->second.expires_at, entry->first});
    entries_.erase(entry);
}

}  // namespace pivot::net
