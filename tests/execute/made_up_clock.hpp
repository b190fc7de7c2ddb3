// A clock that stands, and what happens by it. A call on it takes no time, except while a web
// server is asked.
#pragma once

#include "reactor/clock.hpp"
#include "reactor/reactor.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>
#include <vector>

namespace pivot::test {

class MadeUpClock final : public reactor::Clock, private reactor::Timer {
public:
    MadeUpClock() : Clock(Kind::manual) {}
    ~MadeUpClock() { timers().stop(*this); }

    void after(std::chrono::milliseconds time, std::function<void()> what)
    {
        const Nanoseconds at = now() + std::chrono::nanoseconds(time).count();
        const auto later = [&](const auto& other) { return other.first > at; };
        agenda_.insert(std::ranges::find_if(agenda_, later), {at, std::move(what)});
        timers().set(*this, agenda_.front().first);
    }

    // One step of a call that runs on `reactor`. False: it waits for what will never happen.
    bool go_on(reactor::Reactor& reactor, bool is_asking)
    {
        const bool is_busy = reactor.next_turn() <= reactor.now();
        if (!is_busy && !is_asking) return advance();
        reactor.turn(is_busy ? 0 : reactor.now() + millisecond_ns);
        return true;
    }

private:
    void fired() override
    {
        const auto what = std::move(agenda_.front().second);
        agenda_.erase(agenda_.begin());
        what();
        if (!agenda_.empty()) timers().set(*this, agenda_.front().first);
    }

    std::vector<std::pair<Nanoseconds, std::function<void()>>> agenda_;
};

}  // namespace pivot::test
