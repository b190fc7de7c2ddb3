// The receive buffers of a reactor, shared by all its connections.
//
//   kernel fills a slice ─► completion names it ─► LentBuffer ─► its destructor returns the slice
//
// A call that waits for its server therefore holds no buffer at all.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <liburing.h>
#include <tl/expected.hpp>

namespace pivot::reactor {

struct BufferConfig {
    std::uint16_t count = 512;         // a power of two
    std::uint32_t size_bytes = 4'096;  // of each slice
};

class BufferRing {
public:
    static constexpr int group = 0;  // the buffer group's id in its ring

    BufferRing() = default;
    BufferRing(const BufferRing&) = delete;
    BufferRing& operator=(const BufferRing&) = delete;
    ~BufferRing();  // every slice has been given back

    // `ring` outlives this.
    tl::expected<void, std::string> open(io_uring& ring, const BufferConfig& config);

    unsigned lent() const { return lent_; }
    unsigned count() const { return count_; }

private:
    friend class BufferQueue;
    friend class LentBuffer;

    // What is known of a filled slice: its length, and the next slice of the same connection.
    struct Slice {
        std::uint32_t size_bytes;
        std::uint16_t next;
    };

    std::string_view bytes(std::uint16_t id) const;
    void give_back(std::uint16_t id);

    io_uring* ring_ = nullptr;
    io_uring_buf_ring* shared_ = nullptr;
    std::byte* memory_ = nullptr;
    std::vector<Slice> slices_;
    std::uint32_t size_bytes_ = 0;
    std::uint16_t count_ = 0;
    unsigned lent_ = 0;
};

// A slice of the receive ring, lent until this dies. bytes() is valid as long.
class LentBuffer {
public:
    LentBuffer() = default;
    LentBuffer(LentBuffer&& other) noexcept : buffers_(other.buffers_), id_(other.id_)
    {
        other.buffers_ = nullptr;
    }
    LentBuffer& operator=(LentBuffer&& other) noexcept;
    ~LentBuffer() { give_back(); }

    std::string_view bytes() const
    {
        return buffers_ == nullptr ? std::string_view() : buffers_->bytes(id_);
    }
    void give_back();

private:
    friend class BufferQueue;
    LentBuffer(BufferRing& buffers, std::uint16_t id) : buffers_(&buffers), id_(id) {}

    BufferRing* buffers_ = nullptr;
    std::uint16_t id_ = 0;
};

// The slices that have arrived for one connection and have not been taken: a FIFO queue.
class BufferQueue {
public:
    explicit BufferQueue(BufferRing& buffers) : buffers_(buffers) {}
    BufferQueue(const BufferQueue&) = delete;
    BufferQueue& operator=(const BufferQueue&) = delete;
    ~BufferQueue();

    bool empty() const { return size_ == 0; }
    unsigned size() const { return size_; }
    void push(std::uint16_t id, std::uint32_t size_bytes);
    LentBuffer pop();

private:
    BufferRing& buffers_;
    std::uint16_t first_ = 0;
    std::uint16_t last_ = 0;
    std::uint16_t size_ = 0;
};

}  // namespace pivot::reactor
