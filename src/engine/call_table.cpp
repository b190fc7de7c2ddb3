#include "engine/call_table.hpp"

#include <cassert>

namespace pivot::engine {

namespace {

constexpr std::uint64_t tag_one = std::uint64_t{1} << 32;
constexpr std::uint64_t index_mask = tag_one - 1;

}  // namespace

CallTable::CallTable(std::size_t calls_max)
    : calls_max_(calls_max), chunks_((calls_max + chunk_calls - 1) / chunk_calls)
{
}

CallTable::~CallTable()
{
    assert(taken() == 0);
    for (auto& chunk : chunks_) delete[] chunk.load();
}

PendingCall* CallTable::take()
{
    if (taken_.fetch_add(1) >= calls_max_) {
        taken_.fetch_sub(1, std::memory_order_acq_rel);
        taken_.notify_all();
        return nullptr;
    }
    // Fewer are taken than the limit allows, so a place is free or was never made. If others take
    // it first, one of theirs has become free.
    while (true) {
        if (PendingCall* call = pop()) return call;
        std::uint32_t index = made_.load(std::memory_order_relaxed);
        if (index < calls_max_ &&
            made_.compare_exchange_weak(index, index + 1, std::memory_order_relaxed)) {
            return &make(index);
        }
    }
}

PendingCall* CallTable::pop()
{
    std::uint64_t first = free_.load(std::memory_order_acquire);
    while ((first & index_mask) != 0) {
        PendingCall& call = at(static_cast<std::uint32_t>(first & index_mask) - 1);
        const std::uint64_t next = call.next_free_.load(std::memory_order_relaxed);
        if (free_.compare_exchange_weak(first, (first & ~index_mask) | next,
                                        std::memory_order_acq_rel)) {
            return &call;
        }
    }
    return nullptr;
}

void CallTable::give_back(PendingCall& call)
{
    std::uint64_t first = free_.load(std::memory_order_relaxed);
    std::uint64_t mine = 0;
    do {
        call.next_free_.store(static_cast<std::uint32_t>(first & index_mask),
                              std::memory_order_relaxed);
        mine = ((first & ~index_mask) + tag_one) | (call.index_ + 1);
    } while (!free_.compare_exchange_weak(first, mine, std::memory_order_acq_rel));
    if (taken_.fetch_sub(1, std::memory_order_acq_rel) == 1) taken_.notify_all();
}

void CallTable::wait_until_empty() const
{
    for (std::size_t left = taken(); left != 0; left = taken()) taken_.wait(left);
}

PendingCall& CallTable::at(std::uint32_t index)
{
    return chunks_[index / chunk_calls].load(std::memory_order_acquire)[index % chunk_calls];
}

PendingCall& CallTable::make(std::uint32_t index)
{
    assert(index < calls_max_);
    std::atomic<PendingCall*>& chunk = chunks_[index / chunk_calls];
    if (chunk.load(std::memory_order_acquire) == nullptr) {
        auto* made = new PendingCall[chunk_calls];
        PendingCall* none = nullptr;
        if (!chunk.compare_exchange_strong(none, made, std::memory_order_acq_rel)) delete[] made;
    }
    PendingCall& call = at(index);
    call.index_ = index;
    return call;
}

}  // namespace pivot::engine
