#include "reactor/buffers.hpp"

#include <cassert>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <sys/mman.h>

namespace pivot::reactor {

namespace {

void* map(std::size_t size_bytes)
{
    void* memory =
        ::mmap(nullptr, size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? nullptr : memory;
}

}  // namespace

BufferRing::~BufferRing()
{
    assert(lent_ == 0);
    if (shared_ != nullptr) {
        io_uring_unregister_buf_ring(ring_, group);
        ::munmap(shared_, count_ * sizeof(io_uring_buf));
    }
    if (memory_ != nullptr) ::munmap(memory_, std::size_t{count_} * size_bytes_);
}

tl::expected<void, std::string> BufferRing::open(io_uring& ring, const BufferConfig& config)
{
    ring_ = &ring;
    count_ = config.count;
    size_bytes_ = config.size_bytes;

    memory_ = static_cast<std::byte*>(map(std::size_t{count_} * size_bytes_));
    void* shared = map(count_ * sizeof(io_uring_buf));
    if (memory_ == nullptr || shared == nullptr)
        return tl::unexpected(std::string("no memory for receive buffers"));

    io_uring_buf_reg registration{};
    registration.ring_addr = reinterpret_cast<std::uintptr_t>(shared);
    registration.ring_entries = count_;
    registration.bgid = group;
    if (const int error = io_uring_register_buf_ring(&ring, &registration, 0); error < 0) {
        ::munmap(shared, count_ * sizeof(io_uring_buf));
        return tl::unexpected(
            fmt::format("cannot register {} receive buffers: {}{}", count_, std::strerror(-error),
                        error == -EINVAL ? " (Linux 6.1 or newer is needed)" : ""));
    }
    shared_ = static_cast<io_uring_buf_ring*>(shared);
    io_uring_buf_ring_init(shared_);
    slices_.resize(count_);
    lent_ = count_;
    for (std::uint16_t id = 0; id < count_; ++id) give_back(id);
    return {};
}

std::string_view BufferRing::bytes(std::uint16_t id) const
{
    return {reinterpret_cast<const char*>(memory_) + std::size_t{id} * size_bytes_,
            slices_[id].size_bytes};
}

void BufferRing::give_back(std::uint16_t id)
{
    assert(lent_ > 0);
    --lent_;
    io_uring_buf_ring_add(shared_, memory_ + std::size_t{id} * size_bytes_, size_bytes_, id,
                          io_uring_buf_ring_mask(count_), 0);
    io_uring_buf_ring_advance(shared_, 1);
}

LentBuffer& LentBuffer::operator=(LentBuffer&& other) noexcept
{
    if (this != &other) {
        give_back();
        buffers_ = std::exchange(other.buffers_, nullptr);
        id_ = other.id_;
    }
    return *this;
}

void LentBuffer::give_back()
{
    if (buffers_ != nullptr) std::exchange(buffers_, nullptr)->give_back(id_);
}

BufferQueue::~BufferQueue()
{
    while (!empty()) pop();
}

void BufferQueue::push(std::uint16_t id, std::uint32_t size_bytes)
{
    buffers_.slices_[id].size_bytes = size_bytes;
    ++buffers_.lent_;
    if (empty()) {
        first_ = id;
    } else {
        buffers_.slices_[last_].next = id;
    }
    last_ = id;
    ++size_;
}

LentBuffer BufferQueue::pop()
{
    assert(!empty());
    const std::uint16_t id = first_;
    first_ = buffers_.slices_[id].next;
    --size_;
    return LentBuffer(buffers_, id);
}

}  // namespace pivot::reactor
