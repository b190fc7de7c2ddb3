// Timers in user space, to the nanosecond, in a 4-ary heap.
//
// Pure: the caller says what time it is. A timer knows its place in the heap, so that setting,
// moving and stopping it needs no search.
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
    ~Timer();  // asserts that it is not set

private:
    friend class Timers;
    virtual void fired() = 0;

    static constexpr std::size_t unset = std::numeric_limits<std::size_t>::max();
    std::size_t place_ = unset;
};

class Timers {
public:
    // Sets or moves.
    void set(Timer& timer, Nanoseconds at);
    void stop(Timer& timer);

    // Fires what is due at `now`, in the order of time, and never what is not. A timer is no longer
    // set when it fires; it may set itself or others again.
    void fire(Nanoseconds now);

    // Fires one, whatever time it is. At least one is set.
    void fire_earliest();

    // When the earliest is due; `never` if none is set.
    Nanoseconds earliest() const { return heap_.empty() ? never : heap_.front().at; }

    std::size_t size() const { return heap_.size(); }

private:
    struct Entry {
        Nanoseconds at;
        Timer* timer;
    };

    static constexpr std::size_t arity = 4;

    void place(std::size_t index, Entry entry);
    void rise(std::size_t index, Entry entry);
    void sink(std::size_t index, Entry entry);
    void remove(std::size_t index);

    std::vector<Entry> heap_;
};

}  // namespace pivot::reactor
