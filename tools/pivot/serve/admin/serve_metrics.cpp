#include "pivot/serve/admin/serve_metrics.hpp"

#include "engine/metrics_text.hpp"
#include "pivot/process_usage.hpp"

#include <utility>
#include <vector>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

using engine::MetricsText;
using Type = MetricsText::Type;

void write_switches(MetricsText& text, const ServeNumbers& numbers)
{
    text.begin("pivot_switch_up", Type::gauge, "1 if calls can come from this switch");
    std::uint64_t calls_lost = 0;
    std::vector<const Histogram*> durations;
    for (const auto& front : numbers.fronts) {
        text.add(fmt::format("switch=\"{}\"", front->name()), front->obstacle().empty() ? 1 : 0);
        calls_lost += front->calls_lost();
        if (front->command_durations() != nullptr) durations.push_back(front->command_durations());
    }
    text.begin("pivot_calls_lost_total", Type::counter,
               "Calls that were found in a switch and that nobody performed any more");
    text.add("", calls_lost);
    text.begin("pivot_switch_command_duration_seconds", Type::histogram,
               "From a command to a switch to its answer");
    text.add("", durations);
}

// Replaces the engine's own, which does not know the front ends.
void write_calls(MetricsText& text, const ServeNumbers& numbers)
{
    text.drop("pivot_calls_in_flight");
    text.begin("pivot_calls_in_flight", Type::gauge,
               "Calls that are performed or ring, and pivots of the API, by where they come from");
    for (const auto& [front, calls] : numbers.calls_by_front) {
        text.add(fmt::format("front=\"{}\"", front), calls);
    }
}

void write_serve(MetricsText& text, const ServeNumbers& numbers)
{
    const Standing& standing = numbers.standing;
    write_calls(text, numbers);
    text.add_to("pivot_calls_refused_total", R"(reason="no_action")", numbers.calls_without_action);
    text.add_to("pivot_calls_refused_total", R"(reason="store")", numbers.calls_without_row);
    text.drop("pivot_draining");  // the engine only knows of the drain at the end
    text.begin("pivot_draining", Type::gauge, "1 if no call may start any more");
    text.add("", standing.is_draining ? 1 : 0);
    write_switches(text, numbers);
    text.begin("pivot_config_last_reload_successful", Type::gauge,
               "1 if the configuration was valid when it was read last");
    text.add("", standing.is_configured ? 1 : 0);
    text.begin("pivot_config_last_reload_success_timestamp_seconds", Type::gauge,
               "When the current configuration was read");
    text.add_seconds("", standing.configured_unix_ns);
}

void write_certificates(MetricsText& text, const Certificates& certificates)
{
    text.begin("pivot_tls_certificate_expires_timestamp_seconds", Type::gauge,
               "When the certificate of a listener expires");
    for (const auto& [listener, unix_s] : certificates.expiries()) {
        text.add_seconds(fmt::format("listener=\"{}\"", listener), unix_s * second_ns);
    }
}

// Prometheus wants all samples of one family together, so the fronts' are gathered by family.
void write_fronts(MetricsText& text, const ServeNumbers& numbers)
{
    std::vector<FrontMetric> metrics;
    for (const auto& front : numbers.fronts) front->add_metrics(metrics);
    for (const auto& shadow : numbers.shadows) shadow->add_metrics(metrics);
    while (!metrics.empty()) {
        const FrontMetric first = metrics.front();
        const bool is_gauge = first.type == FrontMetric::Type::gauge;
        text.begin(first.name, is_gauge ? Type::gauge : Type::counter, first.help);
        for (const FrontMetric& metric : metrics) {
            if (metric.name == first.name) text.add(metric.labels, metric.value);
        }
        std::erase_if(metrics, [&](const FrontMetric& each) { return each.name == first.name; });
    }
}

// Named as in Prometheus' client libraries.
void write_process(MetricsText& text, const Standing& standing)
{
    const CpuTime cpu = cpu_time();
    text.begin("process_cpu_seconds_total", Type::counter, "CPU time of the process");
    text.add_seconds("", cpu.user_ns + cpu.system_ns);
    text.begin("process_resident_memory_bytes", Type::gauge, "Resident memory of the process");
    text.add("", resident_bytes());
    text.begin("process_open_fds", Type::gauge,
               "Open descriptors of the process, without the sockets of calls");
    text.add("", open_descriptors());
    text.begin("process_max_fds", Type::gauge, "How many descriptors may be open");
    text.add("", open_descriptors_max());
    text.begin("process_start_time_seconds", Type::gauge, "When the process started");
    text.add_seconds("", standing.started_unix_ns);
}

}  // namespace

std::string serve_metrics(std::string engine, const ServeNumbers& numbers)
{
    MetricsText text(std::move(engine));
    write_serve(text, numbers);
    write_certificates(text, numbers.certificates);
    write_fronts(text, numbers);
    write_process(text, numbers.standing);
    return text.take();
}

}  // namespace pivot::tools
