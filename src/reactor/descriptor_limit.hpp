// The limit of open files, RLIMIT_NOFILE. A process may raise its soft limit as far as the hard
// one.
#pragma once

#include <cstdint>
#include <string>

namespace pivot::reactor {

// Raises the soft limit to `wanted`, or as far as the hard limit allows, and returns it. Never
// lowers it.
std::uint64_t raise_descriptor_limit(std::uint64_t wanted);

// Tells an operator what to do: "raise the limit of open files (ulimit -n, LimitNOFILE) from 64 to
// 16384".
std::string advise_descriptor_limit(std::uint64_t needed);

// Says why no descriptor could be had and what to do about it. `error` is an errno, for example
// socket(2)'s.
std::string explain_no_descriptor(int error);

}  // namespace pivot::reactor
