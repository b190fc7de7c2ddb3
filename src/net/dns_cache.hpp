// What is known of names, and until when. Pure: the caller says what time it is.
#pragma once

#include "net/addresses.hpp"
#include "net/name_map.hpp"
#include "reactor/timers.hpp"

#include <pivot/failure.hpp>

#include <cstddef>
#include <set>
#include <string_view>
#include <utility>

namespace pivot::net {

class DnsCache {
public:
    using Nanoseconds = reactor::Nanoseconds;

    // 0: keeps nothing.
    explicit DnsCache(std::size_t names_max) : names_max_(names_max) {}

    // A hash probe, without allocation. Null: unknown, or expired.
    const Result<Addresses>* find(std::string_view name, Nanoseconds now) const;

    // Replaces what was known. An answer that has expired already is not kept. Where there is no
    // room the name goes that expires first; so names that do not exist, whose failures live for
    // seconds, displace each other before the rest.
    void store(std::string_view name, const Result<Addresses>& answer, Nanoseconds expires_at,
               Nanoseconds now);

    std::size_t size() const { return entries_.size(); }

private:
    struct Entry {
        Result<Addresses> answer;
        Nanoseconds expires_at;
    };

    void forget(NameMap<Entry>::iterator entry);

    const std::size_t names_max_;
    NameMap<Entry> entries_;

    // Of each entry, the names being the keys' own.
    std::set<std::pair<Nanoseconds, std::string_view>> by_expiry_;
};

}  // namespace pivot::net
