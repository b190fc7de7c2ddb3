#include "pivot/load/load_report.hpp"

#include <array>
#include <cmath>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

struct Percentile {
    const char* key;    // in JSON
    const char* title;  // of a column
    double percent;
};

constexpr std::array percentiles = {Percentile{"p50", "p50", 50}, Percentile{"p90", "p90", 90},
                                    Percentile{"p99", "p99", 99},
                                    Percentile{"p99_9", "p99.9", 99.9}};

using Phases = std::array<std::pair<const char*, const Histogram*>, 5>;

Phases list_phases(const LoadStatistics& statistics)
{
    const auto& phases = statistics.phases();
    return {{{"dns", &phases.dns},
             {"connect", &phases.connect},
             {"tls", &phases.tls},
             {"first_byte", &phases.first_byte},
             {"total", &phases.total}}};
}

double microseconds(Nanoseconds duration)
{
    return static_cast<double>(duration) / 1e3;
}

double per_pivot_us(Nanoseconds duration, std::uint64_t pivots)
{
    return pivots == 0 ? 0 : microseconds(duration) / static_cast<double>(pivots);
}

void append_percentiles(std::string& out, const Histogram& histogram, bool with_p90)
{
    for (const auto& [key, title, percent] : percentiles) {
        if (percent == 90 && !with_p90) continue;
        fmt::format_to(std::back_inserter(out), "\"{}\":{:.3f},", key,
                       microseconds(histogram.percentile(percent)));
    }
    fmt::format_to(std::back_inserter(out), "\"max\":{:.3f}}}", microseconds(histogram.max()));
}

// A name, and a column for each text.
template <typename Texts>
void append_row(std::string& out, std::string_view name, const Texts& texts)
{
    fmt::format_to(std::back_inserter(out), "{:<17}", name);
    for (const auto& text : texts) fmt::format_to(std::back_inserter(out), "{:>11}", text);
    out += '\n';
}

void append_durations(std::string& out, std::string_view name, const Histogram& histogram)
{
    std::vector<std::string> texts = {duration_text(histogram.min())};
    for (const Percentile& percentile : percentiles) {
        texts.push_back(duration_text(histogram.percentile(percentile.percent)));
    }
    texts.push_back(duration_text(histogram.max()));
    append_row(out, name, texts);
}

std::string bytes_text(std::size_t bytes)
{
    const auto number = static_cast<double>(bytes);
    if (number < 1024) return fmt::format("{} bytes", bytes);
    if (number < 1024 * 1024) return fmt::format("{:.1f} KiB", number / 1024);
    return fmt::format("{:.1f} MiB", number / (1024 * 1024));
}

void append_outcomes(std::string& out, const LoadStatistics& statistics)
{
    const char* title = "outcomes";
    for (const auto& [name, pivots, example] : statistics.outcomes()) {
        if (pivots == 0 && statistics.pivots() > 0) continue;
        const double percent =
            statistics.pivots() == 0
                ? 0
                : 100.0 * static_cast<double>(pivots) / static_cast<double>(statistics.pivots());
        fmt::format_to(std::back_inserter(out), "{:<17}{:<17}{:>12} {:>8.3f} %{}{}\n",
                       std::exchange(title, ""), name, pivots, percent,
                       example.empty() ? "" : "   ", example);
    }
}

}  // namespace

std::string duration_text(Nanoseconds duration)
{
    const double us = microseconds(duration);
    if (std::abs(us) < 10) return fmt::format("{:.2f} µs", us);
    if (std::abs(us) < 1e3) return fmt::format("{:.0f} µs", us);
    if (std::abs(us) < 1e4) return fmt::format("{:.2f} ms", us / 1e3);
    if (std::abs(us) < 1e6) return fmt::format("{:.0f} ms", us / 1e3);
    return fmt::format("{:.2f} s", us / 1e6);
}

double LoadReport::rate() const
{
    return window_ns == 0 ? 0 : static_cast<double>(statistics.pivots()) / seconds();
}

std::string LoadReport::to_json() const
{
    std::string out;
    const auto append = [&out]<typename... Values>(fmt::format_string<Values...> format,
                                                   Values&&... values) {
        fmt::format_to(std::back_inserter(out), format, std::forward<Values>(values)...);
    };
    const std::uint64_t pivots = statistics.pivots();
    append(
        "{{\"pivots\":{},\"seconds\":{:.6f},\"rate\":{:.3f},\"concurrency\":{},\"reactors\":{},"
        "\"in_flight_max\":{}",
        pivots, seconds(), rate(), concurrency, reactors, in_flight_max);

    out += ",\"outcomes\":{";
    for (const auto& [name, count, example] : statistics.outcomes()) {
        append("{}\"{}\":{}", out.back() == '{' ? "" : ",", name, count);
    }
    out += "},\"latency_us\":{";
    append_percentiles(out, statistics.latency(), true);

    out += ",\"phases_us\":{";
    for (const auto& [name, histogram] : list_phases(statistics)) {
        append("{}\"{}\":{{\"p50\":{:.3f},\"p99\":{:.3f}}}", out.back() == '{' ? "" : ",", name,
               microseconds(histogram->percentile(50)), microseconds(histogram->percentile(99)));
    }
    const Histogram& lateness = statistics.timeout_lateness();
    append("}},\"timeout_lateness_us\":{{\"count\":{},\"min\":{:.3f},", lateness.count(),
           microseconds(lateness.min()));
    append_percentiles(out, lateness, false);

    const double user_us = per_pivot_us(cpu.user_ns, pivots);
    const double system_us = per_pivot_us(cpu.system_ns, pivots);
    append(",\"cpu_us_per_pivot\":{{\"user\":{:.3f},\"system\":{:.3f},\"total\":{:.3f}}}", user_us,
           system_us, user_us + system_us);
    append(",\"rss_bytes\":{{\"peak\":{},\"per_call_in_flight\":{}}}}}", rss_bytes_peak,
           rss_bytes_per_call);
    return out;
}

std::string LoadReport::to_text() const
{
    std::string out;
    const auto append = [&out]<typename... Values>(fmt::format_string<Values...> format,
                                                   Values&&... values) {
        fmt::format_to(std::back_inserter(out), format, std::forward<Values>(values)...);
    };
    const std::uint64_t pivots = statistics.pivots();
    append("{}\n", url);
    append("{} at a time, {}, {} reactor{}\n\n", concurrency,
           rate_wanted > 0 ? fmt::format("{} per second wanted", rate_wanted)
                           : std::string("each starting after its last one"),
           reactors, reactors == 1 ? "" : "s");
    append("{:<17}{} in {:.2f} s\n", "pivots", pivots, seconds());
    append("{:<17}{:.1f} per second\n", "rate", rate());
    append_outcomes(out, statistics);

    out += '\n';
    append_row(out, "", std::array{"min", "p50", "p90", "p99", "p99.9", "max"});
    append_durations(out, "latency", statistics.latency());
    for (const auto& [name, histogram] : list_phases(statistics)) {
        if (histogram->max() == 0) continue;
        append_durations(out, fmt::format("  {}", name), *histogram);
    }
    if (statistics.timeout_lateness().count() > 0) {
        append_durations(out, "timeouts late by", statistics.timeout_lateness());
    }

    const double user_us = per_pivot_us(cpu.user_ns, pivots);
    const double system_us = per_pivot_us(cpu.system_ns, pivots);
    append("\n{:<17}{:.2f} µs per pivot: user {:.2f}, system {:.2f}\n", "CPU", user_us + system_us,
           user_us, system_us);
    append("{:<17}{} at the peak, {} for each of {} calls in flight\n", "memory",
           bytes_text(rss_bytes_peak), bytes_text(rss_bytes_per_call), in_flight_max);
    return out;
}

}  // namespace pivot::tools
