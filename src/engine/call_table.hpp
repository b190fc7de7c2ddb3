// The places of the calls in flight, made when first needed: as many as the limit allows, and once
// more as many for sessions beyond it, which are to perform their `_` branch.
//
// Taking and giving back is lock-free. Places are used again and again, so in steady state a pivot
// makes none. They live as long as the table, so a ticket can always be looked at.
#pragma once

#include "engine/place.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace pivot::engine {

// Why there is no place for one more: a sentence.
std::string beyond_limit(std::size_t calls_max);

class CallTable {
public:
    explicit CallTable(std::size_t calls_max);
    CallTable(const CallTable&) = delete;
    CallTable& operator=(const CallTable&) = delete;
    ~CallTable();  // nothing is taken

    // Any thread. Returns null at the limit, or, for calls beyond it, once there are as many again.
    // `others` count as well.
    Place* take(std::size_t others) { return take(within_one, others); }
    Place* take_beyond_limit() { return take(beyond_one, 0); }

    // Any thread.
    void give_back(Place& place);

    std::size_t taken() const
    {
        const std::uint64_t taken = taken_;
        return within(taken) + beyond(taken);
    }

    // How many more calls may start.
    std::size_t left() const
    {
        const std::size_t taken = within(taken_);
        return taken < calls_max_ ? calls_max_ - taken : 0;
    }

    // Returns when nothing is taken.
    void wait_until_empty() const;

private:
    static constexpr std::uint32_t chunk_calls = 256;

    // Both counts are in one word, which changes and is read at once.
    static constexpr std::uint64_t within_one = 1;
    static constexpr std::uint64_t beyond_one = std::uint64_t{1} << 32;
    static std::size_t within(std::uint64_t taken) { return taken % beyond_one; }
    static std::size_t beyond(std::uint64_t taken) { return taken / beyond_one; }

    Place* take(std::uint64_t one, std::size_t others);
    Place& find_free();
    void uncount(std::uint64_t one);
    Place* pop();  // a free place, or null
    Place& at(std::uint32_t index);
    Place& make(std::uint32_t index);

    const std::size_t calls_max_;
    const std::size_t places_max_;
    std::vector<std::atomic<Place*>> chunks_;
    std::atomic<std::uint32_t> made_ = 0;

    // The top of a stack of free places, as index + 1 (0 if it is empty), under a tag that changes
    // with every give_back(), so that a swap notices when a place came back since the read (the ABA
    // problem).
    std::atomic<std::uint64_t> free_ = 0;

    std::atomic<std::uint64_t> taken_ = 0;
};

}  // namespace pivot::engine
