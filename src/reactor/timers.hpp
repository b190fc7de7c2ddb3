// Timers in user space, to the nanosecond, in a 4-ary heap.
//
// Pure: the caller says what time it is. A timer knows its place in the heap, so setting, moving
// and stopping it needs no search.
#pragma once

#include "base/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace pivot::reactor {

using pivot::Nanoseconds;
using pivot::never;

class Timer {
public:
    Timer() = default;
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;

    bool is_set() const { return place_ != unset; }

protected:
    ~Timer();  // must not be set

private:
    friend class Timers;
    virtual void fired() = 0;

    static constexpr std::uint32_t unset = std::numeric_limits<std::uint32_t>::max();
    std::uint32_t place_ = unset;
    std::uint32_t turn_ = 0;  // among those that are due at the same time
};

class Timers {
public:
    // Sets the timer, or moves one that is set.
    void set(Timer& timer, Nanoseconds at);
    void stop(Timer& timer);

    // Fires the timers that are due at `now`, earliest first, and of the same time in the order in
    // which they were set. A timer is no longer set when it fires; it may set itself or others,
    // which then fire the next time at the earliest.
    void fire(Nanoseconds now);

    // When the earliest timer is due; `never` if none is set.
    Nanoseconds earliest() const { return heap_.empty() ? never : heap_.front().at; }

    std::size_t size() const { return heap_.size(); }

private:
    struct Entry {
        Nanoseconds at;
        Timer* timer;
    };

    static constexpr std::size_t arity = 4;

    static bool is_set_before(std::uint32_t turn, std::uint32_t other);
    static bool is_before(const Entry& a, const Entry& b);
    void place(std::size_t index, Entry entry);
    void sift_up(std::size_t index, Entry entry);
    void sift_down(std::size_t index, Entry entry);
    void remove(std::size_t index);

    std::vector<Entry> heap_;
    std::uint32_t turns_ = 0;
};

}  // namespace pivot::reactor
