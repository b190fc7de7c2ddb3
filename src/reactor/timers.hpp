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

    static constexpr std::size_t unset = std::numeric_limits<std::size_t>::max();
    std::size_t place_ = unset;
};

class Timers {
public:
    // Sets the timer, or moves one that is set.
    void set(Timer& timer, Nanoseconds at);
    void stop(Timer& timer);

    // Fires the timers that are due at `now`, earliest first. A timer is no longer set when it
    // fires; it may set itself or others again.
    void fire(Nanoseconds now);

    // Fires the earliest timer, whatever time it is. At least one is set.
    void fire_earliest();

    // When the earliest timer is due; `never` if none is set.
    Nanoseconds earliest() const { return heap_.empty() ? never : heap_.front().at; }

    std::size_t size() const { return heap_.size(); }

private:
    struct Entry {
        Nanoseconds at;
        Timer* timer;
    };

    static constexpr std::size_t arity = 4;

    void place(std::size_t index, Entry entry);
    void sift_up(std::size_t index, Entry entry);
    void sift_down(std::size_t index, Entry entry);
    void remove(std::size_t index);

    std::vector<Entry> heap_;
};

}  // namespace pivot::reactor
