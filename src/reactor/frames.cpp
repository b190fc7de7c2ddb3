#include "reactor/frames.hpp"

#include <cassert>
#include <cstdint>
#include <new>

namespace pivot::reactor {

// The header in front of the lent bytes, which it keeps aligned for any type.
struct alignas(std::max_align_t) FramePool::Block {
    FramePool* pool;
    union {
        std::size_t size_class;  // while lent
        Block* next;             // while free
    };
};

namespace {

// A sanitizer detects a use after free only if the block really goes back to the heap.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool keeps_blocks = false;
#elif defined(__has_feature)
constexpr bool keeps_blocks = !__has_feature(address_sanitizer);
#else
constexpr bool keeps_blocks = true;
#endif

}  // namespace

FramePool::~FramePool()
{
    assert(lent_ == 0);
    for (std::byte* slab : slabs_) ::operator delete(slab);
}

void* FramePool::lend(std::size_t size_bytes)
{
    const std::size_t total_bytes = size_bytes + sizeof(Block);
    const std::size_t size_class = (total_bytes - 1) / granule_bytes;
    ++lent_;

    Block* block = nullptr;
    if (!keeps_blocks || size_class >= classes) {
        block = static_cast<Block*>(::operator new(total_bytes));
    } else if (free_[size_class] != nullptr) {
        block = free_[size_class];
        free_[size_class] = block->next;
    } else {
        block = carve((size_class + 1) * granule_bytes);
    }
    block->pool = this;
    block->size_class = size_class;
    return block + 1;
}

void FramePool::give_back(void* memory)
{
    Block* block = static_cast<Block*>(memory) - 1;
    FramePool& pool = *block->pool;
    const std::size_t size_class = block->size_class;
    assert(pool.lent_ > 0);  // else the block was given back before
    --pool.lent_;

    if (!keeps_blocks || size_class >= classes) {
        ::operator delete(block);
        return;
    }
    block->next = pool.free_[size_class];
    pool.free_[size_class] = block;
}

FramePool::Block* FramePool::carve(std::size_t size_bytes)
{
    if (slab_left_bytes_ < size_bytes) {
        slabs_.push_back(static_cast<std::byte*>(::operator new(slab_bytes)));
        slab_ = slabs_.back();
        slab_left_bytes_ = slab_bytes;
    }
    auto* block = reinterpret_cast<Block*>(slab_);
    slab_ += size_bytes;
    slab_left_bytes_ -= size_bytes;
    return block;
}

}  // namespace pivot::reactor
