#include "reactor/descriptor_limit.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <sys/resource.h>

namespace pivot::reactor {

namespace {

// Enough for an engine with one reactor, its files and its sockets to name servers.
constexpr std::uint64_t enough = 4'096;

}  // namespace

std::uint64_t raise_descriptor_limit(std::uint64_t wanted)
{
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur >= wanted) return limit.rlim_cur;
    rlimit raised = limit;
    raised.rlim_cur = std::min<rlim_t>(wanted, limit.rlim_max);
    const bool is_raised = ::setrlimit(RLIMIT_NOFILE, &raised) == 0;
    return is_raised ? raised.rlim_cur : limit.rlim_cur;
}

std::string advise_descriptor_limit(std::uint64_t needed)
{
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return fmt::format("raise the limit of open files (ulimit -n, LimitNOFILE) from {} to {}",
                       limit.rlim_cur, needed > limit.rlim_cur ? needed : 2 * limit.rlim_cur);
}

std::string explain_no_descriptor(int error)
{
    switch (error) {
        case EMFILE: return "no descriptor is left: " + advise_descriptor_limit(enough);
        case ENFILE: return "no descriptor is left on this system: raise fs.file-max with sysctl";
        default: return std::strerror(error);
    }
}

}  // namespace pivot::reactor
