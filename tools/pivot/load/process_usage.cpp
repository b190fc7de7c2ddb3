#include "pivot/load/process_usage.hpp"

#include <fstream>
#include <string>

#include <sys/resource.h>
#include <unistd.h>

namespace pivot::tools {

namespace {

Nanoseconds nanoseconds(const timeval& time)
{
    return Nanoseconds{time.tv_sec} * 1'000'000'000 + Nanoseconds{time.tv_usec} * 1'000;
}

}  // namespace

CpuTime cpu_time()
{
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return {nanoseconds(usage.ru_utime), nanoseconds(usage.ru_stime)};
}

std::size_t resident_bytes()
{
    std::size_t all_pages = 0;
    std::size_t resident_pages = 0;
    std::ifstream("/proc/self/statm") >> all_pages >> resident_pages;
    return resident_pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

std::size_t resident_bytes_peak()
{
    std::ifstream status("/proc/self/status");
    std::string name;
    while (status >> name) {
        std::size_t kibibytes = 0;
        if (name == "VmHWM:" && status >> kibibytes) return kibibytes * 1024;
        std::getline(status, name);
    }
    return 0;
}

}  // namespace pivot::tools
