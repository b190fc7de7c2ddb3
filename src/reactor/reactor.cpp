#include "reactor/reactor.hpp"

#include "base/pass_on.hpp"

#include <algorithm>
#include <cassert>
#include <thread>
#include <utility>

namespace pivot::reactor {

namespace {

// Interrupting a wait costs a cancel request and a teardown. More of them in one turn would make
// later deadlines late.
constexpr unsigned interrupts_a_turn = 64;

// Messages are calls that begin. A burst of them starts in portions, so that the first have
// connected before the last begin, and their frames and messages are used again.
constexpr unsigned messages_a_turn = 256;

// After this much work the clock is read again, and due timers fire.
constexpr Nanoseconds clock_ns = millisecond_ns;

// The estimate for a coroutine that does not call worked(). Few take a tenth of it.
constexpr Nanoseconds resume_ns = clock_ns / 32;

// Between two looks at the clock.
constexpr unsigned messages_a_look = 16;

}  // namespace

tl::expected<std::unique_ptr<Reactor>, std::string> Reactor::open(const ReactorConfig& config)
{
    std::unique_ptr<Reactor> reactor(new Reactor(config.clock));
    if (auto opened = reactor->ring_.open(config.ring); !opened) return pass_on(opened);
    if (auto opened = reactor->buffers_.open(reactor->ring_.native(), config.buffers); !opened) {
        return pass_on(opened);
    }
    if (auto opened = reactor->inbox_.open(reactor->ring_); !opened) {
        return pass_on(opened);
    }
    reactor->read_clock();
    return reactor;
}

Reactor::~Reactor()
{
    inbox_.close();
    while (ring_.in_flight() > 0) ring_.wait(never);
    assert(is_idle());
}

void Reactor::turn(Nanoseconds wait_until, Nanoseconds budget_ns)
{
    Nanoseconds timeout_ns = 0;
    if (!can_go_on()) {
        read_clock();
        const bool wakes = !clock_.is_manual() || clock_.is_due();
        const Nanoseconds until = wakes ? std::min(wait_until, clock_.next()) : wait_until;
        timeout_ns = until == never ? never : std::max<Nanoseconds>(until - now(), 0);
    }
    rearm_starved();
    ring_.wait(timeout_ns);

    inbox_.set_turning(std::this_thread::get_id());
    read_clock();
    clock_.fire();
    interrupt_waits();
    take_up_later();
    const Nanoseconds until = now() + std::min(budget_ns, turn_ns);
    run_ready(until);
    deliver(until);  // also what the coroutines have posted
    run_ready(until);
    inbox_.set_turning({});
}

Nanoseconds Reactor::next_turn() const
{
    const bool can_arm = !starved_.empty() && buffers_.lent() < buffers_.count();
    return can_go_on() || can_arm || ring_.has_unsubmitted() ? now() : clock_.next();
}

bool Reactor::is_idle() const
{
    const std::uint64_t own = inbox_.is_listening() ? 1 : 0;
    return ring_.in_flight() == own && clock_.next() == never && frames_.lent() == 0 &&
           buffers_.lent() == 0 && !can_go_on() && ended_.empty();
}

void Reactor::read_clock()
{
    clock_.read();
    unclocked_ns_ = 0;
}

void Reactor::interrupt_waits()
{
    unsigned budget = interrupts_a_turn;
    while (!expired_.empty()) {
        Deadline& deadline = expired_.front();
        if (!deadline.interrupt_waiters(budget)) break;
        deadline.ListHook<Deadline>::unlink();
    }
}

// Coroutines whose operations have completed since the last turn go first.
void Reactor::take_up_later()
{
    ready_.insert(ready_.end(), later_.begin(), later_.end());
    later_.clear();
}

void Reactor::run_ready(Nanoseconds until)
{
    while (can_resume() && now() < until) {
        next_ready().resume();
        for (const std::coroutine_handle<> ended : ended_) ended.destroy();
        ended_.clear();
        unclocked_ns_ += resume_ns;
        if (unclocked_ns_ >= clock_ns) {
            read_clock();
            clock_.fire();
        }
    }
}

// At least some, so that busy coroutines keep no message waiting for ever.
void Reactor::deliver(Nanoseconds until)
{
    for (unsigned left = messages_a_turn; left > 0; left -= messages_a_look) {
        inbox_.deliver(messages_a_look);
        if (inbox_.empty()) return;
        read_clock();
        clock_.fire();
        if (now() >= until) return;
    }
}

std::coroutine_handle<> Reactor::next_ready()
{
    if (next_ == resuming_.size()) {
        resuming_.clear();
        resuming_.swap(ready_);
        next_ = 0;
    }
    return resuming_[next_++];
}

void Reactor::rearm_starved()
{
    while (!starved_.empty() && buffers_.lent() < buffers_.count()) {
        Receiver& receiver = starved_.front();
        receiver.ListHook<Receiver>::unlink();
        receiver.arm();  // those for whom no slice is left get ENOBUFS again
    }
}

}  // namespace pivot::reactor
