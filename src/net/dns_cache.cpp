#include "net/dns_cache.hpp"

#include <memory>

namespace pivot::net {

const Result<Addresses>* DnsCache::find(std::string_view name, Nanoseconds now)
{
    const Entry* known = entries_.find(name);
    return known == nullptr || known->expires_at <= now ? nullptr : &known->answer;
}

void DnsCache::store(std::string_view name, const Result<Addresses>& answer, Nanoseconds expires_at,
                     Nanoseconds now)
{
    if (expires_at <= now || entries_.size_max() == 0) return;
    Entry* entry = entries_.find(name);
    if (entry == nullptr) entry = &entries_.add(std::make_unique<Entry>(name));
    entry->answer = answer;
    entry->expires_at = expires_at;
}

}  // namespace pivot::net
