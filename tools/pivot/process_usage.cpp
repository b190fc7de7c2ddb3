#include "pivot/process_usage.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

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

std::size_t open_descriptors()
{
    std::error_code ignored;
    const std::filesystem::directory_iterator descriptors("/proc/self/fd", ignored);
    const auto count = std::distance(begin(descriptors), end(descriptors));
    return count > 0 ? static_cast<std::size_t>(count) - 1 : 0;  // without that of the folder
}

std::size_t open_descriptors_max()
{
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

}  // namespace pivot::tools
