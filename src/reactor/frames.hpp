// Memory for coroutine frames: a free list for each size.
//
// A call makes a handful of frames and ends them within milliseconds, so in steady state no frame
// touches the heap. Not thread-safe: each reactor has its own pool.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

namespace pivot::reactor {

class FramePool {
public:
    FramePool() = default;
    FramePool(const FramePool&) = delete;
    FramePool& operator=(const FramePool&) = delete;
    ~FramePool();  // every block has been given back

    // Lends a block of at least `size_bytes`, aligned for any type. The block remembers its pool.
    void* lend(std::size_t size_bytes);
    static void give_back(void* block);

    std::size_t lent() const { return lent_; }

private:
    struct Block;

    static constexpr std::size_t granule_bytes = 16;
    static constexpr std::size_t classes = 128;  // larger blocks, over 2 KiB, use the heap
    static constexpr std::size_t slab_bytes = 64 * 1024;

    Block* carve(std::size_t size_bytes);

    std::array<Block*, classes> free_{};
    std::vector<std::byte*> slabs_;
    std::byte* slab_ = nullptr;  // the unused rest of the newest slab
    std::size_t slab_left_bytes_ = 0;
    std::size_t lent_ = 0;
};

}  // namespace pivot::reactor
