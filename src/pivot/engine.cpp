#include <pivot/engine.hpp>

#include "base/clock.hpp"
#include "pivot/call_table.hpp"
#include "pivot/lane.hpp"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <future>
#include <latch>
#include <thread>
#include <utility>

#include <fmt/format.h>

namespace pivot {

namespace {

// Turns a lane's reactor on a thread of its own.
class LaneThread {
public:
    static tl::expected<std::unique_ptr<LaneThread>, std::string> start(const EngineConfig& config,
                                                                        CallTable& calls)
    {
        std::unique_ptr<LaneThread> started(new LaneThread);
        std::promise<tl::expected<Lane*, std::string>> opened;
        auto result = opened.get_future();
        started->thread_ = std::thread([&config, &calls, &opened, self = started.get()] {
            auto lane = Lane::open(config, calls);
            if (!lane) {
                opened.set_value(tl::unexpected(std::move(lane.error())));
                return;
            }
            opened.set_value(lane->get());
            while (!self->stop_.is_delivered) (*lane)->reactor().turn(reactor::never);
            self->stop_is_posted_.wait();
        });
        auto lane = result.get();
        if (!lane) {
            started->thread_.join();
            return tl::unexpected(std::move(lane.error()));
        }
        started->lane_ = *lane;
        return started;
    }

    ~LaneThread()
    {
        if (!thread_.joinable()) return;
        lane_->reactor().post(stop_);  // which may be delivered before this returns
        stop_is_posted_.count_down();
        thread_.join();
    }

    Lane& lane() { return *lane_; }
    std::thread::id id() const { return thread_.get_id(); }

private:
    class Stop final : public reactor::Message {
    public:
        bool is_delivered = false;

    private:
        void deliver() override { is_delivered = true; }
    };

    LaneThread() = default;

    Lane* lane_ = nullptr;
    Stop stop_;
    std::latch stop_is_posted_{1};
    std::thread thread_;
};

// An outcome without a call in flight: the limit was reached.
class Refusal final : public reactor::Message {
public:
    // `undelivered` counts the refusals whose outcome has not been taken yet.
    Refusal(const Request& request, Engine::Done done, std::string why,
            std::atomic<std::size_t>& undelivered)
        : call_id_(request.call.call_id),
          next_(request.node.next),
          iteration_(request.iteration),
          done_(std::move(done)),
          failure_{Reason::overload, Phase::queue, std::move(why), {}},
          undelivered_(undelivered)
    {
        undelivered_.fetch_add(1);
    }

private:
    void deliver() override
    {
        OutcomeView outcome;
        outcome.kind = OutcomeKind::failed;
        outcome.call_id = call_id_;
        outcome.next = next_;
        outcome.failure = &failure_;
        outcome.iteration = iteration_;
        std::atomic<std::size_t>& undelivered = undelivered_;
        done_(outcome);
        delete this;
        if (undelivered.fetch_sub(1) == 1) undelivered.notify_all();
    }

    const std::string call_id_;
    const std::string next_;
    const int iteration_;
    Engine::Done done_;
    const Failure failure_;
    std::atomic<std::size_t>& undelivered_;
};

// Ends what is in flight on a lane; its thread goes on.
class CancelAll final : public reactor::Message {
public:
    explicit CancelAll(Lane& lane) : lane_(lane) {}

private:
    void deliver() override
    {
        lane_.cancel_all();
        delete this;
    }

    Lane& lane_;
};

class Cancellation final : public reactor::Message {
public:
    Cancellation(Lane& lane, PendingCall& call, std::uint64_t serial)
        : lane_(lane), call_(call), serial_(serial)
    {
    }

private:
    void deliver() override
    {
        lane_.cancel(call_, serial_);
        delete this;
    }

    Lane& lane_;
    PendingCall& call_;
    std::uint64_t serial_;
};

}  // namespace

class Engine::Parts {
public:
    explicit Parts(const EngineConfig& engine_config)
        : config(engine_config), calls(config.calls_max)
    {
    }

    // A call that is started on a lane's thread stays there; others go round.
    Lane& next_lane()
    {
        for (const auto& thread : threads) {
            if (thread->id() == std::this_thread::get_id()) return thread->lane();
        }
        return *lanes[next.fetch_add(1, std::memory_order_relaxed) % lanes.size()];
    }

    // No call is in flight and every refusal has been taken.
    bool is_quiet() const { return calls.taken() == 0 && refusals == 0; }
    void wait_until_quiet() const
    {
        while (!is_quiet()) {
            calls.wait_until_empty();
            if (const std::size_t left = refusals; left != 0) refusals.wait(left);
        }
    }

    const EngineConfig config;
    CallTable calls;
    std::unique_ptr<Lane> host_lane;
    std::vector<std::unique_ptr<LaneThread>> threads;
    std::vector<Lane*> lanes;  // the host's, or one of each thread
    std::atomic<std::size_t> next = 0;
    std::atomic<std::size_t> refusals = 0;
    std::atomic<bool> is_draining = false;
};

tl::expected<std::unique_ptr<Engine>, std::string> Engine::create(const EngineConfig& config)
{
    auto parts = std::make_unique<Parts>(config);
    if (config.reactors == 0) {
        auto lane = Lane::open(parts->config, parts->calls);
        if (!lane) return tl::unexpected(std::move(lane.error()));
        parts->host_lane = std::move(*lane);
        parts->lanes.push_back(parts->host_lane.get());
    }
    for (unsigned i = 0; i < config.reactors; ++i) {
        auto thread = LaneThread::start(parts->config, parts->calls);
        if (!thread) return tl::unexpected(std::move(thread.error()));
        parts->threads.push_back(std::move(*thread));
        parts->lanes.push_back(&parts->threads.back()->lane());
    }
    return std::unique_ptr<Engine>(new Engine(std::move(parts)));
}

Engine::Engine(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Engine::~Engine()
{
    parts_->is_draining = true;
    for (Lane* lane : parts_->lanes) lane->reactor().post(*new CancelAll(*lane));
    // Outcomes may start calls, which are refused on any lane: so no lane ends before all are
    // quiet.
    if (!parts_->host_lane) {
        parts_->wait_until_quiet();
        return;
    }
    constexpr Nanoseconds patience_ns = 1'000'000;  // other threads' messages do not end a wait
    reactor::Reactor& reactor = parts_->host_lane->reactor();
    do {
        reactor.turn(monotonic_now() + patience_ns);
    } while (!parts_->is_quiet());
}

Engine::Ticket Engine::start(const Request& request, Done done)
{
    Lane& lane = parts_->next_lane();
    // Taken first: who drains either sees this call in flight, or is seen here.
    PendingCall* call = parts_->calls.take();
    const bool is_draining = parts_->is_draining;
    if (call != nullptr && is_draining) parts_->calls.give_back(*std::exchange(call, nullptr));
    if (call == nullptr) {
        std::string why = is_draining ? "the engine is stopping"
                                      : fmt::format("{} calls are in flight, which is the limit",
                                                    parts_->config.calls_max);
        lane.reactor().post(
            *new Refusal(request, std::move(done), std::move(why), parts_->refusals));
        return {};
    }
    call->prepare(lane, request, parts_->config.action, std::move(done), monotonic_now());
    const Ticket ticket{call, call->serial.load(std::memory_order_relaxed)};
    lane.reactor().post(*call);
    return ticket;
}

void Engine::cancel(Ticket ticket)
{
    if (ticket.call == nullptr) return;
    auto& call = *static_cast<PendingCall*>(ticket.call);
    Lane& lane = call.lane();
    lane.reactor().post(*new Cancellation(lane, call, ticket.serial));
}

void Engine::drain()
{
    parts_->is_draining = true;
    if (!parts_->host_lane) parts_->wait_until_quiet();
}

std::size_t Engine::calls_in_flight() const
{
    return parts_->calls.taken();
}

int Engine::descriptor() const
{
    assert(parts_->host_lane);
    return parts_->host_lane->reactor().descriptor();
}

std::chrono::nanoseconds Engine::run()
{
    assert(parts_->host_lane);
    reactor::Reactor& reactor = parts_->host_lane->reactor();
    // A turn reaps and resumes; one more submits what was resumed has asked for. The bound keeps a
    // busy engine from starving its host.
    constexpr int turns_max = 8;
    for (int turn = 0; turn < turns_max; ++turn) {
        reactor.turn(0);
        if (reactor.next_turn() > reactor.now()) break;
    }
    const reactor::Nanoseconds next = reactor.next_turn();
    if (next == reactor::never) return std::chrono::nanoseconds(-1);
    return std::chrono::nanoseconds(std::max<reactor::Nanoseconds>(next - monotonic_now(), 0));
}

}  // namespace pivot
