#include "pivot/load/load_schedule.hpp"

#include <algorithm>

namespace pivot::tools {

LoadSchedule::LoadSchedule(LoadLoop loop, std::size_t callers, const LoadPace& pace,
                           double restarts_a_second)
    : loop_(loop),
      callers_(static_cast<std::uint32_t>(callers)),
      restarts_a_second_(restarts_a_second),
      pace_(pace),
      restart_pace_(0, restarts_a_second)
{
    resting_.reserve(callers);
}

std::optional<LoadSchedule::Due> LoadSchedule::take(Nanoseconds now)
{
    if (loop_ == LoadLoop::open) {
        const Nanoseconds at = pace_.next();
        if (at > now) return std::nullopt;
        const auto caller = take_idle();
        if (!caller) return std::nullopt;
        pace_.take();
        return Due{*caller, at};
    }
    if (!have_all_begun() && pace_.next() <= now) {
        pace_.take();
        return Due{begun_++, now};
    }
    if (resting_.empty() || restart_pace_.next() > now) return std::nullopt;
    restart_pace_.take();
    return Due{*take_idle(), now};
}

// The caller who became idle last, so that no more connections are used than the rate needs.
std::optional<std::uint32_t> LoadSchedule::take_idle()
{
    if (!resting_.empty()) {
        const std::uint32_t caller = resting_.back();
        resting_.pop_back();
        return caller;
    }
    if (have_all_begun()) return std::nullopt;
    return begun_++;
}

void LoadSchedule::rest(std::uint32_t caller, Nanoseconds now)
{
    // Restarts that were not needed are not made up for.
    if (resting_.empty() && restart_pace_.next() < now) {
        restart_pace_ = LoadPace(now, restarts_a_second_);
    }
    resting_.push_back(caller);
}

Nanoseconds LoadSchedule::next() const
{
    if (loop_ == LoadLoop::open) return pace_.next();
    return std::min(have_all_begun() ? never : pace_.next(),
                    resting_.empty() ? never : restart_pace_.next());
}

}  // namespace pivot::tools
