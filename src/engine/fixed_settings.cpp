#include "engine/fixed_settings.hpp"

#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace pivot::engine {

std::string fixed_changes(const EngineConfig& before, const EngineConfig& after)
{
    std::vector<std::string_view> changed;
    const auto compare = [&](std::string_view pointer, const auto& was, const auto& is) {
        if (was != is) changed.push_back(pointer);
    };
    compare("/reactors", before.reactors, after.reactors);
    compare("/cpus", before.cpus, after.cpus);
    compare("/calls_max", before.calls_max, after.calls_max);
    compare("/connections_max", before.connections_max, after.connections_max);
    compare("/source_addresses", before.source_addresses, after.source_addresses);
    compare("/dns/hosts_file", before.dns.hosts_file, after.dns.hosts_file);
    compare("/store/path", before.store.path, after.store.path);
    compare("/store/cdr_bytes_max", before.store.cdr_bytes_max, after.store.cdr_bytes_max);
    compare("/store/debug_bytes_max", before.store.debug_bytes_max, after.store.debug_bytes_max);
    compare("/media/path", before.media.path, after.media.path);
    compare("/media/cache_bytes_max", before.media.cache_bytes_max, after.media.cache_bytes_max);
    return fmt::format("{}", fmt::join(changed, ", "));
}

}  // namespace pivot::engine
