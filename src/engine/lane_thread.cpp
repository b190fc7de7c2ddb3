#include "engine/lane_thread.hpp"

#include "engine/fork_count.hpp"
#include "reactor/thread.hpp"

#include <atomic>
#include <cassert>
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <utility>

#include <fmt/format.h>
#include <simdjson.h>
#include <unistd.h>

namespace pivot::engine {

namespace {

// A host's callback that blocks longer keeps its thread from halting, but not the process from
// exiting.
constexpr std::chrono::seconds halt_timeout{1};

// The threads that exit() halts.
struct Living {
    std::mutex mutex;
    List<LaneThread> threads;
    std::atomic<bool> are_halted = false;
};

// Never destroyed, because threads may look at it while statics are destroyed.
Living& living()
{
    static Living& all = *new Living;
    return all;
}

}  // namespace

tl::expected<std::unique_ptr<LaneThread>, std::string> LaneThread::start(unsigned index,
                                                                         const LaneNeeds& engine)
{
    halt_at_exit();
    std::unique_ptr<LaneThread> started(new LaneThread);
    std::string error;
    auto thread = reactor::start_thread(
        fmt::format("pivot/{}", index),
        [index, engine, &error, self = started.get()] { self->run(index, engine, error); });
    if (!thread) return tl::unexpected(std::move(thread.error()));
    started->thread_ = std::move(*thread);
    started->is_open_.wait();
    if (started->lane_ == nullptr) {
        started->thread_.join();
        return tl::unexpected(std::move(error));
    }
    const std::scoped_lock lock(living().mutex);
    living().threads.push_back(*started);
    return started;
}

// `error` belongs to the starting thread, and dies once `is_open_` has been counted down.
void LaneThread::run(unsigned index, const LaneNeeds& engine, std::string& error)
{
    const std::vector<unsigned>& cpus = engine.settings->config().cpus;
    if (!cpus.empty()) {
        auto pinned = reactor::run_on_cpu(cpus[index % cpus.size()]);
        if (!pinned) {
            error = "cpus: " + pinned.error();
            return is_open_.count_down();
        }
    }
    Sinks& host = engine.records.host();
    host.thread_begins(index);
    run_lane(index, engine, error);
    host.thread_ends(index);
}

void LaneThread::run_lane(unsigned index, const LaneNeeds& engine, std::string& error)
{
    auto lane = Lane::open(index, engine);
    if (!lane) {
        error = std::move(lane.error());
        return is_open_.count_down();
    }
    lane_ = lane->get();
    is_open_.count_down();
    reactor::Reactor& reactor = (*lane)->reactor();
    while (!end_.is_delivered) {
        reactor.turn(reactor::never);
        if (std::exchange(visit_.is_due, false)) visit_.guest(reactor);
    }
    (*lane)->end_background();
    has_no_background_.count_down();
    while (!stop_.is_delivered) reactor.turn(reactor::never);
    stop_is_posted_.wait();
}

bool LaneThread::take_in(Guest guest)
{
    if (visit_.is_announced.exchange(true)) return false;
    visit_.guest = std::move(guest);
    lane_->reactor().post(visit_);
    return true;
}

void LaneThread::end_background()
{
    lane_->reactor().post(end_);
    has_no_background_.wait();
}

LaneThread::~LaneThread()
{
    if (!thread_.joinable()) return;
    assert(has_no_background_.try_wait());
    {
        const std::scoped_lock lock(living().mutex);
        unlink();
    }
    lane_->reactor().post(stop_);  // which may be delivered before this returns
    stop_is_posted_.count_down();
    thread_.join();
}

// exit() undoes in reverse order: what simdjson makes at its first use must be there before.
void LaneThread::halt_at_exit()
{
    [[maybe_unused]] const bool is_made = simdjson::validate_utf8("", 0);
    fork_count();
    [[maybe_unused]] static const int registered = std::atexit(halt_all);
}

bool LaneThread::are_halted()
{
    return living().are_halted;
}

void LaneThread::halt_all()
{
    if (fork_count() != 0) return;  // the threads are the parent's
    Living& all = living();
    const std::scoped_lock lock(all.mutex);
    all.are_halted = true;
    while (!all.threads.empty()) {
        LaneThread& thread = all.threads.front();
        thread.unlink();
        thread.halt();
    }
}

void LaneThread::halt()
{
    if (id() == std::this_thread::get_id()) return;  // a callback has called exit()
    lane_->reactor().post(halt_);
    static_cast<void>(halt_.is_delivered.try_acquire_for(halt_timeout));
}

void LaneThread::Halt::deliver()
{
    is_delivered.release();
    while (true) ::pause();
}

}  // namespace pivot::engine
