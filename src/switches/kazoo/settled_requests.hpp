// Recognises requests that were settled a while ago by the hashes of their keys, in one table
// without pointers. At a thousand requests a second, a new one is taken for an old one once in ten
// thousand years.
#pragma once

#include "base/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace pivot::switches::kazoo {

class SettledRequests {
public:
    // How long a request is recognised.
    static constexpr Nanoseconds kept_ns = 60 * second_ns;

    void add(std::string_view key, Nanoseconds now);
    bool contains(std::string_view key, Nanoseconds now) const;

private:
    struct Entry {
        std::uint64_t hash = 0;
        Nanoseconds until = 0;  // 0 if there is none
    };

    static std::uint64_t hash_of(std::string_view key);
    void make_room(Nanoseconds now);
    void put(const Entry& entry);

    // The place of this hash, or the free one where the search for it ends.
    std::size_t find(std::uint64_t hash) const;

    std::vector<Entry> entries_;  // at most half of them in use; their number is a power of two
    std::size_t used_ = 0;        // including those whose time is over
};

}  // namespace pivot::switches::kazoo
