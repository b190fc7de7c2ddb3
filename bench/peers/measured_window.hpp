// The cost of a client while all its connections are busy: requests, time and CPU between two
// moments. Connecting and warming up come before and do not count.
#pragma once

#include "checked.hpp"

#include <chrono>
#include <cstdint>
#include <cstdio>

#include <sys/resource.h>

namespace pivot::bench {

class MeasuredWindow {
public:
    using Clock = std::chrono::steady_clock;

    // Opens after `warm_up_seconds`, and closes `seconds` later.
    MeasuredWindow(double warm_up_seconds, double seconds)
        : opens_at_(Clock::now() + duration(warm_up_seconds)),
          closes_at_(opens_at_ + duration(seconds))
    {
    }

    // Looks at the clock, once a turn of the client's loop. False when the window has closed.
    bool look()
    {
        const auto now = Clock::now();
        if (!is_open_ && now >= opens_at_) {
            is_open_ = true;
            opens_at_ = now;
            cpu_at_opening_ = cpu();
        }
        if (now < closes_at_) return true;
        closes_at_ = now;
        cpu_at_closing_ = cpu();
        return false;
    }

    // One request was answered. `checksum` stands for what was in the answer.
    void count(std::uint64_t checksum)
    {
        if (!is_open_) return;
        ++requests_;
        checksum_ += checksum;
    }

    // The JSON that bench/harness/programs.py reads.
    void print() const
    {
        const double requests = static_cast<double>(requests_);
        const double user_us = cpu_at_closing_.user_us - cpu_at_opening_.user_us;
        const double system_us = cpu_at_closing_.system_us - cpu_at_opening_.system_us;
        std::printf(
            "{\"requests\":%llu,\"seconds\":%.6f,\"checksum\":%llu,"
            "\"cpu_us_per_request\":{\"user\":%.4f,\"system\":%.4f,\"total\":%.4f}}\n",
            static_cast<unsigned long long>(requests_),
            std::chrono::duration<double>(closes_at_ - opens_at_).count(),
            static_cast<unsigned long long>(checksum_), user_us / requests, system_us / requests,
            (user_us + system_us) / requests);
    }

private:
    struct Cpu {
        double user_us = 0;
        double system_us = 0;
    };

    static Clock::duration duration(double seconds)
    {
        return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
    }

    static Cpu cpu()
    {
        rusage usage{};
        checked(::getrusage(RUSAGE_SELF, &usage), "getrusage");
        return {us(usage.ru_utime), us(usage.ru_stime)};
    }

    static double us(const timeval& time)
    {
        return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
    }

    Clock::time_point opens_at_;
    Clock::time_point closes_at_;
    bool is_open_ = false;
    Cpu cpu_at_opening_;
    Cpu cpu_at_closing_;
    std::uint64_t requests_ = 0;
    std::uint64_t checksum_ = 0;
};

}  // namespace pivot::bench
