// What is known of names, and until when. Pure: the caller says what time it is.
#pragma once

#include "net/addresses.hpp"
#include "net/name_table.hpp"
#include "reactor/timers.hpp"

#include <pivot/failure.hpp>

#include <cstddef>
#include <string>
#include <string_view>

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
    // A timer only to be found as the one that expires first: it fires when it has to make room.
    class Entry final : public reactor::Timer {
    public:
        Entry(DnsCache& cache, std::string_view its_name) : name(its_name), cache_(cache) {}
        ~Entry() { cache_.by_expiry_.stop(*this); }

        const std::string name;
        Result<Addresses> answer;
        Nanoseconds expires_at = 0;

    private:
        void fired() override { cache_.entries_.remove(name); }

        DnsCache& cache_;
    };

    const std::size_t names_max_;
    reactor::Timers by_expiry_;
    NameTable<Entry> entries_;
};

}  // namespace pivot::net
