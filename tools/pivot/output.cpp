#include "pivot/output.hpp"

#include "base/harmless.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace pivot::tools {

void guard_standard_streams()
{
    // Opens each stream in the direction in which it is not used, so that using it fails.
    constexpr std::array directions = {O_WRONLY, O_RDONLY, O_RDONLY};
    for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; ++stream) {
        const bool is_closed = ::fcntl(stream, F_GETFD) < 0;
        if (is_closed && ::open("/dev/null", directions[static_cast<std::size_t>(stream)]) < 0) {
            std::_Exit(exit_usage);  // there is nowhere to report it
        }
    }
    std::signal(SIGPIPE, SIG_IGN);
}

int put(std::string_view text)
{
    const std::string shown = harmless_lines(text);
    const bool is_written = std::fwrite(shown.data(), 1, shown.size(), stdout) == shown.size();
    if (is_written && std::fflush(stdout) == 0) return 0;
    return errno;
}

int print(std::string_view command, std::string_view text)
{
    const int error = put(text);
    return error == 0 ? exit_good : refuse_output(command, error);
}

void complain(std::string_view text)
{
    const std::string shown = harmless_lines(text) + '\n';
    std::fwrite(shown.data(), 1, shown.size(), stderr);
}

int refuse(std::string_view command, std::string_view why)
{
    complain(harmless(fmt::format("{}: {}", command, why)));
    return exit_usage;
}

int refuse_output(std::string_view command, int error)
{
    return refuse(command, fmt::format("standard output: {}", std::strerror(error)));
}

}  // namespace pivot::tools
