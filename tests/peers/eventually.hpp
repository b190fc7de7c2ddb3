// Waits for something that another thread is about to make true.
#pragma once

#include <chrono>
#include <concepts>
#include <thread>

namespace pivot::test {

// Whether `condition` becomes true within a minute, a bound that only a failing test reaches.
bool eventually(std::predicate auto condition)
{
    const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
}

}  // namespace pivot::test
