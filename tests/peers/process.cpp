#include "peers/process.hpp"

#include "peers/uninterrupted.hpp"

#include <array>
#include <csignal>
#include <stdexcept>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>

extern char** environ;

namespace pivot::test {

namespace {

using namespace std::chrono_literals;

struct Pipe {
    Descriptor read_end;
    Descriptor write_end;
};

Pipe make_pipe()
{
    std::array<int, 2> ends{};
    checked(::pipe2(ends.data(), O_CLOEXEC), "pipe2");
    return {Descriptor{ends[0]}, Descriptor{ends[1]}};
}

bool is_readable(int fd, std::chrono::milliseconds patience)
{
    pollfd polled{.fd = fd, .events = POLLIN, .revents = 0};
    const auto patience_ms = static_cast<int>(patience.count());
    return uninterrupted([&] { return ::poll(&polled, 1, patience_ms); }) == 1;
}

pid_t spawn(const std::string& program, const std::vector<std::string>& arguments,
            const Descriptor& input, const Descriptor& output)
{
    std::vector<char*> argv{const_cast<char*>(program.c_str())};
    for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input.get(), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output.get(), STDOUT_FILENO);
    pid_t pid = -1;
    const int error = ::posix_spawn(&pid, program.c_str(), &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) throw std::system_error(error, std::generic_category(), program);
    return pid;
}

// Without its end. Throws when the writer closes, or pauses for a minute, before it.
std::string read_line(const Descriptor& output, const std::string& program)
{
    std::string line;
    char letter = 0;
    while (is_readable(output.get(), 1min) && ::read(output.get(), &letter, 1) == 1) {
        if (letter == '\n') return line;
        line += letter;
    }
    throw std::runtime_error(program + " has not said a line but \"" + line + "\"");
}

}  // namespace

Process::Process(const std::string& program, const std::vector<std::string>& arguments,
                 std::chrono::milliseconds patience)
    : patience_(patience)
{
    auto input = make_pipe();
    auto output = make_pipe();
    pid_ = spawn(program, arguments, input.read_end, output.write_end);
    pidfd_ = Descriptor{static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0))};
    input_ = std::move(input.write_end);
    output_ = std::move(output.read_end);
    output.write_end.close();  // else the end of its output is never seen
    try {
        first_line_ = read_line(output_, program);
    } catch (...) {
        stop();
        throw;
    }
}

int Process::stop()
{
    if (!pidfd_.is_open()) return status_;
    input_.close();
    if (!ends()) {
        ::kill(pid_, SIGTERM);
        if (!ends()) ::kill(pid_, SIGKILL);
    }
    int status = 0;
    ::waitpid(pid_, &status, 0);
    status_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    pidfd_.close();
    return status_;
}

bool Process::ends() const
{
    return is_readable(pidfd_.get(), patience_);
}

}  // namespace pivot::test
