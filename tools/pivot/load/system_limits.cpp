#include "pivot/load/system_limits.hpp"

#include <fstream>
#include <limits>
#include <string>

#include <sys/resource.h>

namespace pivot::tools {

namespace {

std::uint64_t read_memory_available()
{
    std::ifstream file("/proc/meminfo");
    std::string name;
    std::uint64_t kibibytes = 0;
    std::string unit;
    while (file >> name >> kibibytes) {
        if (name == "MemAvailable:") return kibibytes * 1024;
        std::getline(file, unit);
    }
    return 0;
}

std::size_t read_ephemeral_ports()
{
    std::size_t first = 32'768;  // Linux's defaults
    std::size_t last = 60'999;
    std::ifstream("/proc/sys/net/ipv4/ip_local_port_range") >> first >> last;
    return last - first + 1;
}

}  // namespace

SystemLimits SystemLimits::read()
{
    rlimit descriptors{};
    ::getrlimit(RLIMIT_NOFILE, &descriptors);
    return {.descriptors_max = static_cast<std::size_t>(descriptors.rlim_max),
            .memory_available_bytes = read_memory_available(),
            .ephemeral_ports = read_ephemeral_ports()};
}

}  // namespace pivot::tools
