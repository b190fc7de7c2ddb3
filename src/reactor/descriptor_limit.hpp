// The limit of open files, RLIMIT_NOFILE: a soft one, which a process may raise as far as the hard
// one.
#pragma once

#include <cstdint>
#include <string>

namespace pivot::reactor {

// Raises the soft limit to `wanted`, or as far as the hard limit allows, and returns it. A limit
// that is higher stays.
std::uint64_t raise_descriptor_limit(std::uint64_t wanted);

// What an operator can do: "raise the limit of open files (ulimit -n, LimitNOFILE) from 64 to
// 16384".
std::string advise_descriptor_limit(std::uint64_t needed);

// Why there is no descriptor (an errno of socket(2) and the like), and what to do about it.
std::string explain_no_descriptor(int error);

}  // namespace pivot::reactor
