#include "reactor/timers.hpp"

#include <algorithm>
#include <cassert>

namespace pivot::reactor {

Timer::~Timer()
{
    assert(!is_set());
}

void Timers::set(Timer& timer, Nanoseconds at)
{
    if (timer.is_set()) remove(timer.place_);
    timer.turn_ = ++turns_;
    heap_.push_back({at, &timer});
    sift_up(heap_.size() - 1, heap_.back());
}

void Timers::stop(Timer& timer)
{
    if (timer.is_set()) remove(timer.place_);
}

void Timers::fire(Nanoseconds now)
{
    const std::uint32_t next = turns_ + 1;
    while (!heap_.empty() && heap_.front().at <= now &&
           is_set_before(heap_.front().timer->turn_, next)) {
        Timer& due = *heap_.front().timer;
        remove(0);
        due.fired();
    }
}

// Turns wrap around: those of two timers that are set at the same time are never far apart.
bool Timers::is_set_before(std::uint32_t turn, std::uint32_t other)
{
    return static_cast<std::int32_t>(turn - other) < 0;
}

bool Timers::is_before(const Entry& a, const Entry& b)
{
    if (a.at != b.at) return a.at < b.at;
    return is_set_before(a.timer->turn_, b.timer->turn_);
}

void Timers::place(std::size_t index, Entry entry)
{
    assert(index < heap_.size());
    heap_[index] = entry;
    entry.timer->place_ = static_cast<std::uint32_t>(index);
}

void Timers::sift_up(std::size_t index, Entry entry)
{
    while (index > 0) {
        const std::size_t parent = (index - 1) / arity;
        if (!is_before(entry, heap_[parent])) break;
        place(index, heap_[parent]);
        index = parent;
    }
    place(index, entry);
}

void Timers::sift_down(std::size_t index, Entry entry)
{
    while (true) {
        const std::size_t first = index * arity + 1;
        if (first >= heap_.size()) break;
        const std::size_t last = std::min(first + arity, heap_.size());
        std::size_t least = first;
        for (std::size_t child = first + 1; child < last; ++child) {
            if (is_before(heap_[child], heap_[least])) least = child;
        }
        if (!is_before(heap_[least], entry)) break;
        place(index, heap_[least]);
        index = least;
    }
    place(index, entry);
}

void Timers::remove(std::size_t index)
{
    assert(index < heap_.size() && heap_[index].timer->place_ == index);
    heap_[index].timer->place_ = Timer::unset;
    const Entry moved = heap_.back();
    heap_.pop_back();
    if (index == heap_.size()) return;
    if (index > 0 && is_before(moved, heap_[(index - 1) / arity])) {
        sift_up(index, moved);
    } else {
        sift_down(index, moved);
    }
}

}  // namespace pivot::reactor
