// The places of the calls in flight, up to the limit, made when first needed.
//
// Taking and giving back is lock-free. Places are used again and again, so in steady state a pivot
// makes none. They live as long as the table, so a ticket can always be looked at.
#pragma once

#include "engine/pending_call.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace pivot::engine {

class CallTable {
public:
    explicit CallTable(std::size_t calls_max);
    CallTable(const CallTable&) = delete;
    CallTable& operator=(const CallTable&) = delete;
    ~CallTable();  // nothing is taken

    // Any thread. Returns null if the limit is reached.
    PendingCall* take();

    // Any thread.
    void give_back(PendingCall& call);

    std::size_t taken() const { return taken_.load(); }

    // Returns when nothing is taken.
    void wait_until_empty() const;

private:
    static constexpr std::uint32_t chunk_calls = 256;

    PendingCall* pop();  // a free place, or null
    PendingCall& at(std::uint32_t index);
    PendingCall& make(std::uint32_t index);

    const std::size_t calls_max_;
    std::vector<std::atomic<PendingCall*>> chunks_;
    std::atomic<std::uint32_t> made_ = 0;

    // The top of a stack of free places, as index + 1 (0 if it is empty), under a tag that changes
    // with every give_back(), so that a swap notices when a place came back since the read (the ABA
    // problem).
    std::atomic<std::uint64_t> free_ = 0;

    std::atomic<std::size_t> taken_ = 0;
};

}  // namespace pivot::engine
