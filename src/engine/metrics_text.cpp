#include "engine/metrics_text.hpp"

#include <algorithm>
#include <cassert>

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

template <typename Value>
std::string sample(std::string_view name, std::string_view labels, Value value)
{
    return labels.empty() ? fmt::format("{} {}\n", name, value)
                          : fmt::format("{}{{{}}} {}\n", name, labels, value);
}

double seconds_of(Nanoseconds time)
{
    return static_cast<double>(time) / static_cast<double>(second_ns);
}

}  // namespace

void MetricsText::begin(std::string_view name, Type type, std::string_view help)
{
    name_ = name;
    text_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name_, help, name_, name_of(type));
}

void MetricsText::add(std::string_view labels, std::uint64_t value)
{
    text_ += sample(name_, labels, value);
}

void MetricsText::add_seconds(std::string_view labels, Nanoseconds time)
{
    text_ += sample(name_, labels, seconds_of(time));
}

void MetricsText::add_to(std::string_view name, std::string_view labels, std::uint64_t value)
{
    text_.insert(find(name).end, sample(name, labels, value));
}

void MetricsText::drop(std::string_view name)
{
    const auto [begin, end] = find(name);
    text_.erase(begin, end - begin);
}

MetricsText::Range MetricsText::find(std::string_view name) const
{
    const std::size_t begin = text_.find(fmt::format("# HELP {} ", name));
    assert(begin != text_.npos);
    return {begin, std::min(text_.find("# HELP ", begin + 1), text_.size())};
}

void MetricsText::add(std::string_view labels, std::span<const Histogram* const> parts)
{
    const std::string more = labels.empty() ? "" : fmt::format("{},", labels);
    const std::string alone = labels.empty() ? "" : fmt::format("{{{}}}", labels);
    std::uint64_t count = 0;
    Nanoseconds sum_ns = 0;
    for (const Histogram* part : parts) sum_ns += part->sum_ns();
    for (std::size_t bucket = 0; bucket <= Histogram::bounds_ns.size(); ++bucket) {
        for (const Histogram* part : parts) count += part->count(bucket);
        const bool is_last = bucket == Histogram::bounds_ns.size();
        const std::string bound =
            is_last ? "+Inf" : fmt::format("{}", seconds_of(Histogram::bounds_ns[bucket]));
        text_ += fmt::format("{}_bucket{{{}le=\"{}\"}} {}\n", name_, more, bound, count);
    }
    text_ += fmt::format("{}_sum{} {}\n{}_count{} {}\n", name_, alone, seconds_of(sum_ns), name_,
                         alone, count);
}

}  // namespace pivot::engine
