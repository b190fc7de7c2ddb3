#include "pivot/load/load_plan.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

constexpr std::size_t table_max = 1'048'576;  // the kernel's IORING_MAX_FIXED_FILES

// The kernel looks for a free port one by one, in one half of them first. If that half is full
// (14,116 of the default range), a connect takes a millisecond.
constexpr std::size_t connections_an_address = 5'000;

// What one call in flight takes: our memory, and the kernel's for both ends if the server is local.
constexpr std::uint64_t bytes_a_call = 4 * 1024;
constexpr std::uint64_t bytes_a_connection_end = 4 * 1024;

std::size_t divided_up(std::size_t number, std::size_t by)
{
    return (number + by - 1) / by;
}

// An address of 127.0.0.0/8 for every so many connections, for which one has enough ports.
std::vector<std::string> loopback_addresses(std::size_t connections)
{
    std::vector<std::string> addresses;
    const std::size_t count = divided_up(connections, connections_an_address);
    for (std::size_t i = 1; i <= count && count > 1; ++i) {
        addresses.push_back(fmt::format("127.0.0.{}", i));
    }
    return addresses;
}

tl::expected<unsigned, std::string> plan_reactors(const LoadDemand& demand,
                                                  const SystemLimits& limits)
{
    // An eighth of the table is for connections that are closing; the engine makes room for new
    // ones if less is free.
    const std::size_t table = std::min(limits.descriptors_max, table_max);
    const std::size_t callers_max = std::max<std::size_t>(table - table / 8, 1);
    const std::size_t needed = divided_up(demand.concurrency, callers_max);
    if (demand.reactors == 0) return static_cast<unsigned>(needed);

    const std::size_t reactors = std::min<std::size_t>(demand.reactors, demand.concurrency);
    if (divided_up(demand.concurrency, reactors) > table) {
        return tl::unexpected(fmt::format(
            "{} connections need {} reactors, because RLIMIT_NOFILE (hard) is {}: raise it with "
            "ulimit -Hn, or pass --reactors {}",
            demand.concurrency, needed, limits.descriptors_max, needed));
    }
    return static_cast<unsigned>(reactors);
}

tl::expected<void, std::string> check_ports(const LoadDemand& demand, const SystemLimits& limits,
                                            const std::vector<std::string>& source_addresses)
{
    const std::size_t ports =
        limits.ephemeral_ports * std::max<std::size_t>(source_addresses.size(), 1);
    if (demand.concurrency <= ports) return {};
    return tl::unexpected(fmt::format(
        "{} connections to one server need more than the {} ephemeral ports of {} local "
        "address{}: widen net.ipv4.ip_local_port_range, name more source_addresses in --config, "
        "or pass --concurrency {}",
        demand.concurrency, ports, std::max<std::size_t>(source_addresses.size(), 1),
        source_addresses.size() > 1 ? "es" : "", ports));
}

tl::expected<void, std::string> check_memory(const LoadDemand& demand, const SystemLimits& limits)
{
    constexpr std::uint64_t mebibyte = 1024 * 1024;
    const std::uint64_t a_call =
        bytes_a_call + bytes_a_connection_end * (demand.is_loopback ? 2 : 1);
    const std::uint64_t needed = demand.concurrency * a_call;
    if (limits.memory_available_bytes == 0 || needed <= limits.memory_available_bytes) return {};
    return tl::unexpected(fmt::format(
        "{} calls in flight need about {} MiB of memory, but only {} are available: free some, or "
        "pass --concurrency {}",
        demand.concurrency, needed / mebibyte, limits.memory_available_bytes / mebibyte,
        limits.memory_available_bytes / a_call));
}

}  // namespace

tl::expected<LoadPlan, std::string> plan_load(const LoadDemand& demand, const SystemLimits& limits)
{
    const auto reactors = plan_reactors(demand, limits);
    if (!reactors) return tl::unexpected(reactors.error());

    std::vector<std::string> source_addresses = demand.source_addresses;
    if (source_addresses.empty() && demand.is_loopback) {
        source_addresses = loopback_addresses(demand.concurrency);
    }
    if (auto checked = check_ports(demand, limits, source_addresses); !checked) {
        return tl::unexpected(checked.error());
    }
    if (auto checked = check_memory(demand, limits); !checked) {
        return tl::unexpected(checked.error());
    }

    LoadPlan plan{demand.concurrency, *reactors, 0, std::move(source_addresses)};
    const std::size_t callers = plan.callers_of(0);
    const std::size_t roomy = callers + callers / 4 + 2'048;  // some are being closed
    plan.connections_max = static_cast<unsigned>(
        std::min({roomy, std::max<std::size_t>(limits.descriptors_max, 1), table_max}));
    return plan;
}

}  // namespace pivot::tools
