// The metrics of `pivot serve`: the engine's, and its own in the same text (docs/metrics.md).
#pragma once

#include "pivot/serve/fronts/front.hpp"
#include "pivot/serve/kazoo/kazoo_shadow.hpp"
#include "pivot/serve/service/standing.hpp"
#include "pivot/serve/settings/certificates.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace pivot::tools {

struct ServeNumbers {
    const Standing& standing;
    const std::vector<std::unique_ptr<Front>>& fronts;
    const std::vector<std::unique_ptr<KazooShadow>>& shadows;
    const Certificates& certificates;
    std::map<std::string, std::size_t> calls_by_front;  // in flight
    std::uint64_t calls_without_action = 0;
    std::uint64_t calls_without_row = 0;
};

// `engine` is the text of Engine::metrics().
std::string serve_metrics(std::string engine, const ServeNumbers& numbers);

}  // namespace pivot::tools
