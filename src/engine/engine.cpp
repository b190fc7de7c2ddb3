#include <pivot/engine.hpp>

#include "base/clock.hpp"
#include "base/pass_on.hpp"
#include "engine/call_table.hpp"
#include "engine/fixed_settings.hpp"
#include "engine/fork_count.hpp"
#include "engine/instruments.hpp"
#include "engine/lane.hpp"
#include "engine/lane_mail.hpp"
#include "engine/lane_thread.hpp"
#include "engine/live_session.hpp"
#include "engine/metrics.hpp"
#include "engine/records.hpp"
#include "engine/rooms_mail.hpp"
#include "exchange/call_permit.hpp"
#include "exchange/policy.hpp"
#include "exchange/settings.hpp"
#include "execute/directory.hpp"
#include "reactor/pulse.hpp"
#include "session/cdr.hpp"
#include "store/store.hpp"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace pivot::inline v1 {

class Engine::Parts {
public:
    Parts(std::shared_ptr<const exchange::Settings> given, std::unique_ptr<engine::Records> kept,
          std::unique_ptr<media::Worker> worker, const engine::Instruments* instruments)
        : instruments(instruments),
          records(std::move(kept)),
          media(std::move(worker)),
          calls_max(given->config().calls_max),
          calls(calls_max)
    {
        set(std::move(given));
    }

    // What goes on in the background leaves records. So it ends first, then the threads that have
    // replied to the lanes, and then they.
    ~Parts()
    {
        for (const auto& thread : threads) thread->end_background();
        if (host_lane) host_lane->end_background();
        records->close();
        if (media) media->close();
    }

    engine::LaneNeeds lane_needs()
    {
        return {settings, calls, mail, *records, media.get(), instruments};
    }

    // For calls that start from now on.
    void set(std::shared_ptr<const exchange::Settings> next)
    {
        action_timeout_max = next->config().action.timeout_max;
        coerces_actions = next->config().action.coerce_types;
        run_time = next->config().run_time;
        const std::scoped_lock lock(mutex);
        settings = std::move(next);
    }
    std::shared_ptr<const exchange::Settings> settings_now()
    {
        const std::scoped_lock lock(mutex);
        return settings;
    }

    // The lane whose thread this is; null if there is none.
    engine::Lane* lane_of_this_thread() const
    {
        for (const auto& thread : threads) {
            if (thread->id() == std::this_thread::get_id()) return &thread->lane();
        }
        return nullptr;
    }

    // A call that is started on a lane's thread stays there; others are spread in turn.
    engine::Lane& next_lane()
    {
        if (engine::Lane* lane = lane_of_this_thread()) return *lane;
        return *lanes[next.fetch_add(1, std::memory_order_relaxed) % lanes.size()];
    }

    // Taken first, so that drain() either sees this call in flight, or is seen here. Null: beyond
    // the limit, or the engine stops.
    engine::Place* take(bool is_session)
    {
        engine::Place* place = calls.take(ringing->calls());
        if (place == nullptr && is_session) place = calls.take_beyond_limit();
        if (place != nullptr && is_draining) calls.give_back(*std::exchange(place, nullptr));
        if (place == nullptr || place->is_beyond_limit()) {
            auto& refused = is_draining ? refused_stopping : refused_at_limit;
            refused.fetch_add(1, std::memory_order_relaxed);
        }
        return place;
    }

    std::string why_refused() const
    {
        if (is_draining) return "the engine is stopping";
        return engine::beyond_limit(calls_max);
    }

    // No call is in flight, every refusal has been taken, and then no letter comes any more.
    bool is_quiet() const { return calls.taken() == 0 && refusals == 0 && mail.is_empty(); }
    void wait_until_quiet() const
    {
        while (!is_quiet()) {
            calls.wait_until_empty();
            if (const std::size_t left = refusals; left != 0) refusals.wait(left);
            mail.wait_until_empty();
        }
    }

    // Returns whether all was quiet before `until`. A host-driven engine runs meanwhile; else it
    // looks now and then, because a wait for an atomic has no time limit.
    bool is_quiet_before(Nanoseconds until)
    {
        constexpr Nanoseconds patience_ns = 1'000'000;  // other threads' messages end no wait
        while (!is_quiet()) {
            const Nanoseconds now = monotonic_now();
            if (now >= until) return false;
            const Nanoseconds next = std::min(now + patience_ns, until);
            if (host_lane) {
                host_lane->reactor().turn(host_lane->goes_on() ? 0 : next);
            } else {
                std::this_thread::sleep_for(std::chrono::nanoseconds(next - now));
            }
        }
        return true;
    }

    void end_all(engine::Ending::How how)
    {
        for (engine::Lane* lane : lanes) lane->reactor().post(*new engine::Ending(*lane, how));
    }

    std::mutex reloading;  // one at a time
    std::atomic<std::chrono::milliseconds> action_timeout_max;
    std::atomic<bool> coerces_actions;
    std::atomic<std::chrono::milliseconds> run_time;
    std::mutex mutex;  // guards the settings
    std::shared_ptr<const exchange::Settings> settings;
    const engine::Instruments* const instruments;  // null: its calls are real
    const std::unique_ptr<engine::Records> records;
    const std::unique_ptr<media::Worker> media;  // null: it has no folder
    const std::size_t calls_max;
    engine::CallTable calls;
    std::vector<engine::Lane*> lanes;   // the host's, or one of each thread
    std::deque<reactor::Pulse> pulses;  // one of each lane
    engine::RoomsMail mail{lanes};
    std::unique_ptr<engine::Lane> host_lane;
    std::vector<std::unique_ptr<engine::LaneThread>> threads;
    std::atomic<std::size_t> next = 0;
    const std::shared_ptr<exchange::CallQuota> ringing = std::make_shared<exchange::CallQuota>();
    std::atomic<std::size_t> refusals = 0;  // under way, and CDRs of calls without a session
    std::atomic<std::size_t> refused_at_limit = 0;
    std::atomic<std::size_t> refused_stopping = 0;
    std::atomic<bool> is_draining = false;
    const unsigned forks = engine::fork_count();
    std::atomic<std::thread::id> runner = {};  // who called run() first
    std::atomic<bool> is_running = false;      // on the runner's thread
};

tl::expected<std::unique_ptr<Engine>, std::string> Engine::create(const EngineConfig& config)
{
    return create(config, nullptr);
}

tl::expected<std::unique_ptr<Engine>, std::string> Engine::create(
    const EngineConfig& config, const engine::Instruments* instruments)
{
    assert(instruments == nullptr || config.reactors == 0);
    auto settings = exchange::Settings::make(config);
    if (!settings) return tl::unexpected(std::move(settings.error()));
    auto records = engine::Records::open(config);
    if (!records) return tl::unexpected(std::move(records.error()));
    std::unique_ptr<media::Worker> media;
    if (!config.media.path.empty() && instruments == nullptr) {
        auto opened = media::Worker::open(config.media.path, config.media.cache_bytes_max);
        if (!opened) return tl::unexpected(std::move(opened.error()));
        media = std::move(*opened);
    }
    auto parts =
        std::make_unique<Parts>(*settings, std::move(*records), std::move(media), instruments);
    if (config.reactors == 0) {
        auto lane = engine::Lane::open(0, parts->lane_needs());
        if (!lane) return tl::unexpected(std::move(lane.error()));
        parts->host_lane = std::move(*lane);
        parts->lanes.push_back(parts->host_lane.get());
    }
    for (unsigned i = 0; i < config.reactors; ++i) {
        auto thread = engine::LaneThread::start(i, parts->lane_needs());
        if (!thread) return tl::unexpected(std::move(thread.error()));
        parts->threads.push_back(std::move(*thread));
        parts->lanes.push_back(&parts->threads.back()->lane());
    }
    for (engine::Lane* lane : parts->lanes) parts->pulses.emplace_back().follow(&lane->reactor());
    return std::unique_ptr<Engine>(new Engine(std::move(parts)));
}

Engine::Engine(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

// Where it cannot wait, the parts stay: in a fork they are the parent's, at exit they are halted,
// and in a callback or on another thread than the runner's they are in use. Calls in flight on
// threads of the engine still end.
Engine::~Engine()
{
    if (is_forked() || engine::LaneThread::are_halted()) {
        static_cast<void>(parts_.release());
        return;
    }
    parts_->is_draining = true;
    parts_->end_all(&engine::Lane::close);
    if (is_in_callback() || !is_of_this_thread()) {
        static_cast<void>(parts_.release());
        return;
    }
    // Outcomes may start calls, which any lane may refuse, so no lane ends before all are quiet.
    if (!parts_->host_lane) {
        parts_->wait_until_quiet();
        return;
    }
    parts_->runner = std::this_thread::get_id();
    parts_->is_running = true;
    static_cast<void>(parts_->is_quiet_before(never));
}

ActionLimits Engine::action_limits() const
{
    return {parts_->action_timeout_max, parts_->coerces_actions};
}

Engine::Ticket Engine::start(const Request& request, Done done)
{
    Ticket ticket;
    start(request, std::move(done), ticket);
    return ticket;
}

void Engine::start(const Request& request, Done done, Ticket& ticket)
{
    ticket = {};
    if (is_forked()) return;
    engine::Lane& lane = parts_->next_lane();
    engine::Place* const place = parts_->take(false);
    if (place == nullptr) {
        lane.reactor().post(*new engine::Refusal(request, std::move(done), parts_->why_refused(),
                                                 parts_->refusals));
        return;
    }
    place->seat_pivot(lane).prepare(request, action_limits(), std::move(done), monotonic_now());
    ticket = place->ticket();
    lane.reactor().post(*place);
}

Result<void> Engine::start(const SessionRequest& request, Channel& channel, Ticket& ticket)
{
    return engine::Instruments::start(*this, SessionRequest(request), channel, ticket);
}

Result<std::shared_ptr<const exchange::CallPermit>> Engine::permit_call(
    std::string_view account_id, const Address& callee, std::string_view caller_id) const
{
    if (parts_->is_draining) return fail(Reason::cancelled, Phase::queue, parts_->why_refused());
    auto seat = parts_->ringing->take(parts_->calls.left());
    if (!seat) {
        parts_->refused_at_limit.fetch_add(1, std::memory_order_relaxed);
        return fail(Reason::overload, Phase::queue, parts_->why_refused());
    }
    auto permit = exchange::permit_call(parts_->settings_now(), account_id, callee, caller_id,
                                        monotonic_now());
    if (!permit) return pass_on(permit);
    (*permit)->ringing = parts_->ringing;
    (*permit)->ringing_seat = std::move(seat);
    return std::shared_ptr<const exchange::CallPermit>(std::move(*permit));
}

void Engine::leave_cdr(const SessionRequest& request, const Cause& cause)
{
    const Result<Action>& action = request.request.node.action;
    if (!action || action->cdr_url.empty() || is_forked()) return;
    const std::int64_t now_s = base::unix_now_ms() / 1'000;
    session::EndOfCall end;
    end.hangup_cause = cause.name;
    end.sip_code = cause.sip_code;
    end.started_unix_s = request.started_unix_ms == 0 ? now_s : request.started_unix_ms / 1'000;
    end.ended_unix_s = now_s;
    engine::Lane& lane = parts_->next_lane();
    lane.reactor().post(*new engine::LeavingCdr(
        lane, session::make_cdr(request.request.call, end, action->cdr_url), parts_->refusals));
}

tl::expected<std::shared_ptr<const execute::Directory>, std::string> Engine::read_directory(
    std::string_view json) const
{
    const auto settings = parts_->settings_now();
    auto read = execute::Directory::from_json(
        json, exchange::flow_rules(settings->config(), settings->policy()));
    if (!read) return pass_on(read);
    return std::make_shared<const execute::Directory>(std::move(*read));
}

bool Engine::tell(Ticket session, Event event)
{
    if (session.call == nullptr || is_forked()) return false;
    auto& place = *static_cast<engine::Place*>(session.call);
    if (!place.is_of(session.serial)) return false;
    reactor::Reactor& reactor = place.lane().reactor();
    // Inside `ended`, the place is still the session's.
    const auto* const own = reactor.is_turning_here() ? place.session() : nullptr;
    if (own != nullptr && own->is_over()) return false;
    reactor.post(*new engine::Telling(place, session.serial, std::move(event)));
    return true;
}

// All that can go wrong does so before anything changes.
tl::expected<void, std::string> Engine::reload(EngineConfig config)
{
    if (is_forked()) return tl::unexpected(std::string("the engine is the parent's"));
    const std::scoped_lock lock(parts_->reloading);
    const auto before = parts_->settings_now();
    config.sinks = before->config().sinks;
    config.typed = before->config().typed;
    config.own_listeners = before->config().own_listeners;
    const std::string fixed = engine::fixed_changes(before->config(), config);
    if (!fixed.empty()) {
        return tl::unexpected(
            fmt::format("{}: cannot change while the engine runs: make another engine", fixed));
    }
    auto settings = exchange::Settings::make(std::move(config), before.get());
    if (!settings) return pass_on(settings);
    std::vector<std::shared_ptr<exchange::Accounts>> accounts;
    for (std::size_t lane = 0; lane < parts_->lanes.size(); ++lane) {
        auto opened = exchange::Accounts::open(*settings);
        if (!opened) return pass_on(opened);
        accounts.push_back(std::move(*opened));
    }
    parts_->set(std::move(*settings));
    for (std::size_t i = 0; i < accounts.size(); ++i) {
        engine::Lane& lane = *parts_->lanes[i];
        lane.reactor().post(*new engine::Reloading(lane, std::move(accounts[i])));
    }
    return {};
}

void Engine::cancel(Ticket ticket)
{
    if (ticket.call == nullptr || is_forked()) return;
    auto& place = *static_cast<engine::Place*>(ticket.call);
    place.lane().reactor().post(*new engine::Cancellation(place, ticket.serial));
}

void Engine::drain()
{
    if (is_forked()) return;
    parts_->is_draining = true;
    const bool can_wait = !is_in_callback() && !engine::LaneThread::are_halted();
    if (!parts_->host_lane && can_wait) parts_->wait_until_quiet();
}

void Engine::stop(std::chrono::nanoseconds within)
{
    if (is_forked() || is_in_callback() || !is_of_this_thread()) return;
    if (engine::LaneThread::are_halted()) return;
    parts_->is_draining = true;
    if (parts_->host_lane) parts_->runner = std::this_thread::get_id();
    parts_->is_running = true;
    const Nanoseconds now = monotonic_now();
    const Nanoseconds until = now + std::min<Nanoseconds>(within.count(), never - now);
    if (!parts_->is_quiet_before(until)) {
        parts_->end_all(&engine::Lane::cancel_all);
        static_cast<void>(parts_->is_quiet_before(never));
    }
    parts_->is_running = false;
}

std::size_t Engine::calls_in_flight() const
{
    return parts_->calls.taken() + parts_->refusals;
}

bool Engine::can_store() const
{
    const store::Store* const store = parts_->records->store();
    return store == nullptr || store->is_written();
}

bool Engine::is_turning()
{
    if (is_forked()) return false;
    bool all_turn = true;
    for (reactor::Pulse& pulse : parts_->pulses) {
        if (!pulse.beats()) all_turn = false;
    }
    return all_turn;
}

std::string Engine::metrics() const
{
    if (is_forked()) return {};
    return engine::write_metrics({.calls_in_flight = calls_in_flight(),
                                  .calls_max = parts_->calls_max,
                                  .refused_at_limit = parts_->refused_at_limit,
                                  .refused_stopping = parts_->refused_stopping,
                                  .is_draining = parts_->is_draining,
                                  .records = parts_->records->numbers()},
                                 parts_->lanes);
}

std::vector<std::string> Engine::debug_records(std::string_view call_id) const
{
    if (is_forked() || is_in_callback()) return {};
    return parts_->records->find(call_id);
}

bool Engine::is_in_callback() const
{
    if (parts_->records->is_own_thread()) return true;
    if (!parts_->host_lane) return parts_->lane_of_this_thread() != nullptr;
    return parts_->runner == std::this_thread::get_id() && parts_->is_running;
}

bool Engine::is_of_this_thread() const
{
    const std::thread::id runner = parts_->runner;
    return runner == std::thread::id() || runner == std::this_thread::get_id();
}

bool Engine::is_forked() const
{
    return engine::fork_count() != parts_->forks;
}

int Engine::descriptor() const
{
    return parts_->host_lane ? parts_->host_lane->reactor().descriptor() : -1;
}

std::chrono::nanoseconds Engine::run(std::chrono::nanoseconds budget)
{
    constexpr std::chrono::nanoseconds not_again(-1);
    if (!parts_->host_lane || is_forked()) return not_again;
    std::thread::id nobody;
    parts_->runner.compare_exchange_strong(nobody, std::this_thread::get_id());
    if (!is_of_this_thread() || parts_->is_running) return not_again;

    parts_->is_running = true;
    engine::Lane& lane = *parts_->host_lane;
    reactor::Reactor& reactor = lane.reactor();
    // One turn reaps and resumes, the next submits the requests of the resumed coroutines. Where
    // there is no time for that, they are on their way while the host does something else.
    if (budget <= budget.zero()) budget = parts_->run_time.load();
    const Nanoseconds began = monotonic_now();
    Nanoseconds spent_ns = 0;
    bool goes_on = true;
    while (goes_on && spent_ns < budget.count()) {
        reactor.turn(0, budget.count() - spent_ns);
        spent_ns = monotonic_now() - began;
        goes_on = lane.goes_on();
    }
    reactor.ring().flush();
    parts_->is_running = false;
    if (goes_on) return std::chrono::nanoseconds(0);
    const reactor::Nanoseconds next = reactor.next_turn();
    if (next == reactor::never) return not_again;
    return std::chrono::nanoseconds(std::max<reactor::Nanoseconds>(next - monotonic_now(), 0));
}

}  // namespace pivot::inline v1

namespace pivot::engine {

tl::expected<std::unique_ptr<Engine>, std::string> Instruments::create_engine(
    const EngineConfig& config) const
{
    return Engine::create(config, this);
}

Result<void> Instruments::start(Engine& engine, SessionRequest&& request, Channel& channel,
                                Engine::Ticket& ticket)
{
    Engine::Parts& parts = *engine.parts_;
    ticket = {};
    if (engine.is_forked()) {
        return fail(Reason::cancelled, Phase::queue, "the engine is the parent's");
    }
    Lane& lane = parts.next_lane();
    if (request.permit) request.permit->ringing_seat.reset();
    Place* const place = parts.take(true);
    if (place == nullptr) {
        const Reason reason = parts.is_draining ? Reason::cancelled : Reason::overload;
        return fail(reason, Phase::queue, parts.why_refused());
    }
    place->seat_session(lane,
                        std::make_unique<LiveSession>(std::move(request), channel, monotonic_now(),
                                                      place->is_beyond_limit()));
    ticket = place->ticket();
    lane.reactor().post(*place);
    return {};
}

bool Instruments::take_in(Engine& engine, Guest guest)
{
    const auto& threads = engine.parts_->threads;
    return threads.size() == 1 && threads.front()->take_in(std::move(guest));
}

}  // namespace pivot::engine
