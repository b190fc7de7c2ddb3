// What is known of names, and until when. Pure: the caller says what time it is.
//
// At the limit the least recently used name makes room, so that names nobody calls any more leave
// before those that calls go to.
#pragma once

#include "base/clock.hpp"
#include "base/list.hpp"
#include "base/lru_table.hpp"
#include "net/addresses.hpp"

#include <pivot/failure.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace pivot::net {

class DnsCache {
public:
    // A cache of 0 names keeps nothing.
    explicit DnsCache(std::size_t names_max) : entries_(names_max) {}

    // A hash probe, without allocation. Returns null if the name is unknown or has expired. The
    // answer is valid until the next store().
    const Result<Addresses>* find(std::string_view name, Nanoseconds now);

    // Replaces what was known, unless the answer has expired already.
    void store(std::string_view name, const Result<Addresses>& answer, Nanoseconds expires_at,
               Nanoseconds now);

    std::size_t size() const { return entries_.size(); }

private:
    struct Entry : ListHook<Entry> {
        explicit Entry(std::string_view its_name) : name(its_name) {}

        const std::string name;
        Result<Addresses> answer;
        Nanoseconds expires_at = 0;
    };

    LruTable<Entry> entries_;
};

}  // namespace pivot::net
