#include "rounds.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <iterator>

#include <fmt/format.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

namespace pivot::bench {

Arguments::Arguments(int count, char** values, const std::vector<std::string_view>& flags)
{
    for (int i = 1; i < count; ++i) {
        const std::string_view value = values[i];
        if (value == "--small") {
            is_small = true;
        } else if (value == "--json" && i + 1 < count) {
            json_file = values[++i];
        } else if (std::ranges::find(flags, value) != flags.end()) {
            flags_.emplace_back(value);
        } else {
            fmt::print(stderr, "{}: \"{}\" is unknown, or lacks its value\n", values[0], value);
            std::exit(2);
        }
    }
}

bool Arguments::has(std::string_view flag) const
{
    return std::ranges::find(flags_, flag) != flags_.end();
}

void Report::add(const std::string& name, const std::string& unit, double value)
{
    auto found = std::ranges::find(rows_, name, &Row::name);
    if (found == rows_.end()) found = rows_.insert(rows_.end(), Row{name, unit, {}});
    found->values.push_back(value);
}

void Report::add_ratio(const std::string& name, const std::string& numerator,
                       const std::string& denominator, double target)
{
    std::vector<double> ratios;
    std::ranges::transform(row(numerator).values, row(denominator).values,
                           std::back_inserter(ratios), std::divides());
    ratios_.push_back({name, median(std::move(ratios)), target});
}

void Report::add_ratio_to(const std::string& name, const std::string& numerator, double denominator,
                          double target)
{
    ratios_.push_back({name, median(row(numerator).values) / denominator, target});
}

const Report::Row& Report::row(const std::string& name) const
{
    const auto found = std::ranges::find(rows_, name, &Row::name);
    assert(found != rows_.end());
    return *found;
}

int Report::finish(std::uint64_t checksum) const
{
    fmt::print("{}\n\n{:<44} {:>10} {:>10} {:>10}  {}\n", claim_, "", "median", "min", "max",
               "unit");
    for (const auto& [name, unit, values] : rows_) {
        fmt::print("{:<44} {:>10.2f} {:>10.2f} {:>10.2f}  {}\n", name, median(values),
                   std::ranges::min(values), std::ranges::max(values), unit);
    }
    fmt::print("\n");
    for (const Ratio& ratio : ratios_) {
        fmt::print("{:<44} {:>10.3f}  target {:<6} {}\n", ratio.name, ratio.value, ratio.target,
                   ratio.is_met() ? "met" : "MISSED");
    }
    fmt::print("checksum {:016x}, {} round(s)\n", checksum, arguments_.rounds());
    if (arguments_.json_file.empty()) return 0;

    std::FILE* file = std::fopen(arguments_.json_file.c_str(), "we");
    if (file == nullptr) {
        std::perror(arguments_.json_file.c_str());
        return 2;
    }
    fmt::print(file, "{}\n", to_json());
    return std::fclose(file) == 0 ? 0 : 2;
}

// Names and claims are ours: they have nothing that JSON escapes.
std::string Report::to_json() const
{
    std::string json =
        fmt::format(R"({{"claim":"{}","rounds":{},"rows":[)", claim_, arguments_.rounds());
    for (const Row& row : rows_) {
        json += fmt::format(R"({}{{"name":"{}","unit":"{}","median":{},"min":{},"max":{}}})",
                            &row == rows_.data() ? "" : ",", row.name, row.unit, median(row.values),
                            std::ranges::min(row.values), std::ranges::max(row.values));
    }
    json += R"(],"ratios":[)";
    for (const Ratio& ratio : ratios_) {
        json += fmt::format(R"({}{{"name":"{}","value":{},"target":{},"met":{}}})",
                            &ratio == ratios_.data() ? "" : ",", ratio.name, ratio.value,
                            ratio.target, ratio.is_met());
    }
    return json + "]}";
}

double median(std::vector<double> values)
{
    assert(!values.empty());
    std::ranges::sort(values);
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double percentile(const std::vector<double>& values, double share)
{
    assert(std::ranges::is_sorted(values));
    const auto rank = std::ceil(share * static_cast<double>(values.size()));
    return values.at(static_cast<std::size_t>(std::max(rank, 1.0)) - 1);
}

void run_on(Core core)
{
    const auto cores = std::max(::sysconf(_SC_NPROCESSORS_ONLN), 1L);
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(static_cast<std::size_t>(core == Core::client ? 0 : cores - 1), &set);
    // A container may keep it from a core; then the scheduler decides, and the ratios still count.
    ::sched_setaffinity(0, sizeof set, &set);
}

Nanoseconds thread_cpu_ns()
{
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return Nanoseconds{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

void raise_descriptor_limit()
{
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace pivot::bench
