// How a load fits into the limits of the system. Pure.
#pragma once

#include "pivot/load/system_limits.hpp"

#include <cstddef>
#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace pivot::tools {

struct LoadDemand {
    std::size_t concurrency = 0;
    unsigned reactors = 0;                           // 0: as many as are needed
    std::vector<std::string> source_addresses = {};  // of the configuration
    bool is_loopback = false;                        // the web server is at 127.0.0.0/8
};

struct LoadPlan {
    std::size_t concurrency;
    unsigned reactors;
    unsigned connections_max;  // of a reactor
    std::vector<std::string> source_addresses;

    std::size_t callers_of(unsigned reactor) const
    {
        return concurrency / reactors + (reactor < concurrency % reactors ? 1 : 0);
    }
};

// The error is a sentence that names the limit and what to do.
tl::expected<LoadPlan, std::string> plan_load(const LoadDemand& demand, const SystemLimits& limits);

}  // namespace pivot::tools
