// Failures of a peer end it with a sentence: main() prints the exception.
#pragma once

#include <cerrno>
#include <system_error>

namespace pivot::bench {

// The result of a system call. A negative one is thrown, with errno and what was being done.
inline int checked(int result, const char* doing)
{
    if (result < 0) throw std::system_error(errno, std::generic_category(), doing);
    return result;
}

// The same for calls that return the error instead of setting errno, as liburing's do.
inline int checked_return(int result, const char* doing)
{
    if (result < 0) throw std::system_error(-result, std::generic_category(), doing);
    return result;
}

}  // namespace pivot::bench
