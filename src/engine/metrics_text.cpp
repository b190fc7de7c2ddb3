#include "engine/metrics_text.hpp"

#include <fmt/format.h>

namespace pivot::engine {

namespace {

std::string_view name_of(MetricsText::Type type)
{
    switch (type) {
        case MetricsText::Type::counter: return "counter";
        case MetricsText::Type::gauge: return "gauge";
        case MetricsText::Type::histogram: return "histogram";
    }
    return "";
}

double seconds_of(Nanoseconds time)
{
    return static_cast<double>(time) / static_cast<double>(second_ns);
}

}  // namespace

void MetricsText::begin(std::string_view name, Type type, std::string_view help)
{
    name_ = fmt::format("pivot_{}", name);
    text_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name_, help, name_, name_of(type));
}

void MetricsText::add(std::string_view labels, std::uint64_t value)
{
    text_ += labels.empty() ? fmt::format("{} {}\n", name_, value)
                            : fmt::format("{}{{{}}} {}\n", name_, labels, value);
}

void MetricsText::add(std::span<const Histogram* const> parts)
{
    std::uint64_t count = 0;
    Nanoseconds sum_ns = 0;
    for (const Histogram* part : parts) sum_ns += part->sum_ns();
    for (std::size_t bucket = 0; bucket <= Histogram::bounds_ns.size(); ++bucket) {
        for (const Histogram* part : parts) count += part->count(bucket);
        const bool is_last = bucket == Histogram::bounds_ns.size();
        const std::string bound =
            is_last ? "+Inf" : fmt::format("{}", seconds_of(Histogram::bounds_ns[bucket]));
        text_ += fmt::format("{}_bucket{{le=\"{}\"}} {}\n", name_, bound, count);
    }
    text_ += fmt::format("{}_sum {}\n{}_count {}\n", name_, seconds_of(sum_ns), name_, count);
}

}  // namespace pivot::engine
