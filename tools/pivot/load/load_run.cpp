#include "pivot/load/load_run.hpp"

#include "reactor/thread.hpp"

#include <algorithm>
#include <thread>
#include <utility>

namespace pivot::tools {

namespace {

constexpr Nanoseconds second_ns = 1'000'000'000;

// Starts that are due within this time are made together.
constexpr Nanoseconds burst_ns = 100'000;

// How often the loop looks around when no start is due.
constexpr Nanoseconds tick_ns = 10'000'000;

// How long to wait for first outcomes after the ramp, or in an open loop after the first start.
constexpr Nanoseconds warm_up_ns = second_ns;

// First starts per second, and starts after a timeout. On both ends, connections cost the
// processors much more than pivots over them, and deadlines that pass meanwhile are late. Deadlines
// seldom pass during first starts.
constexpr double first_starts_a_processor = 15'000;
constexpr double restarts_a_processor = 5'000;

double processors()
{
    return std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace

tl::expected<void, std::string> LoadRun::open(EngineConfig config, const Request& request)
{
    config.reactors = 1;
    config.connections_max = plan_.connections_max;
    config.source_addresses = plan_.source_addresses;
    config.calls_max = std::size_t{2} * plan_.connections_max;
    config.http.idle_connections_max = plan_.connections_max;
    config.http.idle_connections_per_origin_max = plan_.connections_max;
    started_ = monotonic_now();
    for (unsigned index = 0; index < plan_.reactors; ++index) {
        const LoadReactor::Setup setup{
            .index = index,
            .callers = plan_.callers_of(index),
            .loop = rate_ > 0 ? LoadLoop::open : LoadLoop::closed,
            .pace = pace_of(index, started_),
            .restarts_a_second = restarts_a_processor * processors() / plan_.reactors,
            .request = request};
        auto reactor = LoadReactor::open(config, setup, window_);
        if (!reactor) return tl::unexpected(std::move(reactor.error()));
        reactors_.push_back(std::move(*reactor));
    }
    rss_bytes_idle_ = resident_bytes();
    return {};
}

// The reactors take turns.
LoadPace LoadRun::pace_of(unsigned reactor, Nanoseconds first) const
{
    const double all = rate_ > 0 ? rate_ : first_starts_a_processor * processors();
    const auto turn_ns = static_cast<Nanoseconds>(static_cast<double>(second_ns) / all);
    return LoadPace(first + reactor * turn_ns, all / plan_.reactors);
}

void LoadRun::run(Interrupt& interrupt)
{
    LoadProgress progress;
    Nanoseconds sampled = 0;
    while (true) {
        const Nanoseconds now = monotonic_now();
        Nanoseconds next = std::min(now + tick_ns, progress.next());
        for (const auto& reactor : reactors_) next = std::min(next, reactor->start_due(now));
        if (now - sampled >= tick_ns) {
            sample_memory();
            sampled = now;
        }
        if (window_.begin() == never && is_warm(now)) open_window();
        if (is_over(now)) break;
        if (now >= progress.next()) draw(progress, now);
        next = std::min(std::max(next, now + burst_ns), window_.end());
        if (interrupt.wait(next)) break;
    }
    close_window();
    stop();
}

bool LoadRun::is_warm(Nanoseconds now)
{
    if (rate_ > 0) return now - started_ >= warm_up_ns;
    const auto all = [this](auto condition) { return std::ranges::all_of(reactors_, condition); };
    if (all([](const auto& reactor) { return reactor->is_warm(); })) return true;
    if (ramped_ == never && all([](const auto& reactor) { return reactor->has_ramped(); })) {
        ramped_ = now;
    }
    return ramped_ != never && now - ramped_ >= warm_up_ns;
}

bool LoadRun::is_over(Nanoseconds now) const
{
    return now >= window_.end() || (length_.count > 0 && counted() >= length_.count);
}

void LoadRun::open_window()
{
    cpu_at_begin_ = cpu_time();
    const Nanoseconds begin = monotonic_now();
    if (length_.count == 0) window_.close(begin + length_.duration_ns);
    window_.open(begin);
}

void LoadRun::close_window()
{
    const CpuTime cpu = cpu_time();
    const Nanoseconds now = monotonic_now();
    if (window_.begin() != never) {
        cpu_ = {cpu.user_ns - cpu_at_begin_.user_ns, cpu.system_ns - cpu_at_begin_.system_ns};
    }
    window_.close(std::min(window_.end(), now));
    rss_bytes_peak_ = resident_bytes_peak();
}

void LoadRun::sample_memory()
{
    const std::uint64_t in_flight_now = in_flight();
    if (in_flight_now <= in_flight_top_) return;
    in_flight_top_ = in_flight_now;
    rss_bytes_top_ = resident_bytes();
}

std::uint64_t LoadRun::in_flight() const
{
    std::uint64_t sum = 0;
    for (const auto& reactor : reactors_) sum += reactor->in_flight();
    return sum;
}

std::uint64_t LoadRun::counted() const
{
    std::uint64_t sum = 0;
    for (const auto& reactor : reactors_) sum += reactor->statistics().pivots();
    return sum;
}

void LoadRun::draw(LoadProgress& progress, Nanoseconds now) const
{
    LoadStatistics all;
    for (const auto& reactor : reactors_) all.add_numbers(reactor->statistics());
    progress.draw({.now = now, .window_begin = window_.begin(), .in_flight = in_flight()}, all);
}

void LoadRun::stop()
{
    std::vector<std::thread> stopping;
    stopping.reserve(reactors_.size());
    for (const auto& reactor : reactors_) {
        auto thread = reactor::start_thread("stop", [&reactor = *reactor] { reactor.stop(); });
        if (thread) {
            stopping.push_back(std::move(*thread));
        } else {
            reactor->stop();  // one after the other, if the system starts no more threads
        }
    }
    for (std::thread& thread : stopping) thread.join();
}

void LoadRun::report(LoadReport& report) const
{
    report.concurrency = plan_.concurrency;
    report.reactors = plan_.reactors;
    report.rate_wanted = rate_;
    for (const auto& reactor : reactors_) report.statistics.add(reactor->statistics());
    if (window_.begin() != never) {
        const bool is_counted = length_.count > 0 && report.statistics.pivots() >= length_.count;
        report.window_ns =
            (is_counted ? report.statistics.last() : window_.end()) - window_.begin();
    }
    report.cpu = cpu_;
    report.rss_bytes_peak = rss_bytes_peak_;
    report.in_flight_max = in_flight_top_;
    if (in_flight_top_ > 0 && rss_bytes_top_ > rss_bytes_idle_) {
        report.rss_bytes_per_call = (rss_bytes_top_ - rss_bytes_idle_) / in_flight_top_;
    }
}

}  // namespace pivot::tools
