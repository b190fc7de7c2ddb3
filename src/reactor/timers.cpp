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
    heap_.push_back({at, &timer});
    sift_up(heap_.size() - 1, heap_.back());
}

void Timers::stop(Timer& timer)
{
    if (timer.is_set()) remove(timer.place_);
}

void Timers::fire(Nanoseconds now)
{
    while (!heap_.empty() && heap_.front().at <= now) fire_earliest();
}

void Timers::fire_earliest()
{
    assert(!heap_.empty());
    Timer& due = *heap_.front().timer;
    remove(0);
    due.fired();
}

void Timers::place(std::size_t index, Entry entry)
{
    assert(index < heap_.size());
    heap_[index] = entry;
    entry.timer->place_ = index;
}

void Timers::sift_up(std::size_t index, Entry entry)
{
    while (index > 0) {
        const std::size_t parent = (index - 1) / arity;
        if (heap_[parent].at <= entry.at) break;
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
            if (heap_[child].at < heap_[least].at) least = child;
        }
        if (entry.at <= heap_[least].at) break;
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
    if (index > 0 && moved.at < heap_[(index - 1) / arity].at) {
        sift_up(index, moved);
    } else {
        sift_down(index, moved);
    }
}

}  // namespace pivot::reactor
