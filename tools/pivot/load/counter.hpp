// A number that one thread adds to and any thread reads, at the price of a plain one.
#pragma once

#include <atomic>
#include <cstdint>

namespace pivot::tools {

class Counter {
public:
    void add(std::uint64_t more) { count_.store(count() + more, std::memory_order_relaxed); }
    std::uint64_t count() const { return count_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> count_ = 0;
};

}  // namespace pivot::tools
