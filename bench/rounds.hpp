// What the benchmarks share: rounds that take turns, their medians and ratios, and the report.
//
//   Report report(arguments, "a claim in one sentence");
//   for (…five rounds…) { report.add("one", "ns", …); report.add("other", "ns", …); }
//   report.add_ratio("one ÷ other", "one", "other", 1.1);
//   return report.finish(checksum);
//
// `--json FILE` writes {claim, rounds, rows:[{name, unit, median, min, max}],
// ratios:[{name, value, target, met}]}. A target that is missed is shown and fails nothing.
#pragma once

#include "base/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::bench {

// What main() returns where a program that is measured against is not installed: meson skips.
inline constexpr int exit_skipped = 77;

struct Arguments {
    // Fails a program with a sentence and status 2 for anything else that is not in `flags`.
    Arguments(int count, char** values, const std::vector<std::string_view>& flags = {});

    bool has(std::string_view flag) const;

    bool is_small = false;  // for the ordinary tests: small sizes, one round
    std::string json_file;  // empty: none

    std::size_t rounds() const { return is_small ? 1 : 5; }

private:
    std::vector<std::string> flags_;
};

class Report {
public:
    Report(const Arguments& arguments, std::string claim)
        : arguments_(arguments), claim_(std::move(claim))
    {
    }

    // What one round measured.
    void add(const std::string& name, const std::string& unit, double value);

    // The median of the ratios of each round, so that what disturbs a round disturbs both.
    void add_ratio(const std::string& name, const std::string& numerator,
                   const std::string& denominator, double target);
    void add_ratio_to(const std::string& name, const std::string& numerator, double denominator,
                      double target);

    // Prints the table and the checksum, writes the JSON, and returns the status for main().
    int finish(std::uint64_t checksum) const;

private:
    struct Row {
        std::string name;
        std::string unit;
        std::vector<double> values;  // one for each round
    };
    struct Ratio {
        std::string name;
        double value;
        double target;

        bool is_met() const { return value <= target; }
    };

    const Row& row(const std::string& name) const;
    std::string to_json() const;

    const Arguments& arguments_;
    const std::string claim_;
    std::vector<Row> rows_;
    std::vector<Ratio> ratios_;
};

double median(std::vector<double> values);

// `values` are sorted; `share` is 0.999 for the p99.9.
double percentile(const std::vector<double>& values, double share);

// Clients run on one core, what serves them on another. Binds the calling thread, and with it the
// threads and processes that it starts.
enum class Core { client, server };
void run_on(Core core);

// User and system time of the calling thread.
Nanoseconds thread_cpu_ns();

// As many descriptors as the system lets this process have.
void raise_descriptor_limit();

}  // namespace pivot::bench
