#include "engine/call_table.hpp"

#include <cassert>

#include <fmt/format.h>

namespace pivot::engine {

namespace {

constexpr std::uint64_t tag_one = std::uint64_t{1} << 32;
constexpr std::uint64_t index_mask = tag_one - 1;

}  // namespace

std::string beyond_limit(std::size_t calls_max)
{
    return fmt::format("{} calls are in flight, which is the limit (calls_max)", calls_max);
}

CallTable::CallTable(std::size_t calls_max)
    : calls_max_(calls_max),
      places_max_(2 * calls_max),
      chunks_((places_max_ + chunk_calls - 1) / chunk_calls)
{
}

CallTable::~CallTable()
{
    assert(taken() == 0);
    for (auto& chunk : chunks_) delete[] chunk.load();
}

Place* CallTable::take(std::uint64_t one, std::size_t others)
{
    const std::uint64_t before = taken_.fetch_add(one);
    const std::size_t of_this_kind = one == within_one ? within(before) : beyond(before);
    if (of_this_kind + others >= calls_max_) {
        uncount(one);
        return nullptr;
    }
    Place& place = find_free();
    place.is_beyond_limit_ = one == beyond_one ? 1 : 0;
    return &place;
}

// Fewer are taken than there are to be, so a place is free or was never made. If others take it
// first, one of theirs has become free.
Place& CallTable::find_free()
{
    while (true) {
        if (Place* place = pop()) return *place;
        std::uint32_t index = made_.load(std::memory_order_relaxed);
        if (index < places_max_ &&
            made_.compare_exchange_weak(index, index + 1, std::memory_order_relaxed)) {
            return make(index);
        }
    }
}

Place* CallTable::pop()
{
    std::uint64_t first = free_.load(std::memory_order_acquire);
    while ((first & index_mask) != 0) {
        Place& place = at(static_cast<std::uint32_t>(first & index_mask) - 1);
        const std::uint64_t next = place.next_free_.load(std::memory_order_relaxed);
        if (free_.compare_exchange_weak(first, (first & ~index_mask) | next,
                                        std::memory_order_acq_rel)) {
            return &place;
        }
    }
    return nullptr;
}

void CallTable::give_back(Place& place)
{
    const std::uint64_t one = place.is_beyond_limit() ? beyond_one : within_one;
    std::uint64_t first = free_.load(std::memory_order_relaxed);
    std::uint64_t mine = 0;
    do {
        place.next_free_.store(static_cast<std::uint32_t>(first & index_mask),
                               std::memory_order_relaxed);
        mine = ((first & ~index_mask) + tag_one) | (place.index_ + 1);
    } while (!free_.compare_exchange_weak(first, mine, std::memory_order_acq_rel));
    uncount(one);
}

void CallTable::uncount(std::uint64_t one)
{
    if (taken_.fetch_sub(one, std::memory_order_acq_rel) == one) taken_.notify_all();
}

void CallTable::wait_until_empty() const
{
    for (std::uint64_t left = taken_; left != 0; left = taken_) taken_.wait(left);
}

Place& CallTable::at(std::uint32_t index)
{
    return chunks_[index / chunk_calls].load(std::memory_order_acquire)[index % chunk_calls];
}

Place& CallTable::make(std::uint32_t index)
{
    assert(index < places_max_);
    std::atomic<Place*>& chunk = chunks_[index / chunk_calls];
    if (chunk.load(std::memory_order_acquire) == nullptr) {
        auto* made = new Place[chunk_calls];
        Place* none = nullptr;
        if (!chunk.compare_exchange_strong(none, made, std::memory_order_acq_rel)) delete[] made;
    }
    Place& place = at(index);
    place.index_ = index;
    return place;
}

}  // namespace pivot::engine
