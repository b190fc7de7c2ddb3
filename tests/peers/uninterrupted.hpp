// System calls that block, made once more when they are interrupted: by a signal, or without one,
// when the kernel tears down an io_uring that the calling thread has closed.
#pragma once

#include <cerrno>

namespace pivot::test {

template <typename Call>
auto uninterrupted(Call call)
{
    auto result = call();
    while (result < 0 && errno == EINTR) result = call();
    return result;
}

}  // namespace pivot::test
