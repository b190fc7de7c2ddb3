#include "media/process.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace pivot::media {

namespace {

class SpawnSettings {
public:
    explicit SpawnSettings(const std::string& complaints)
    {
        posix_spawn_file_actions_init(&files);
        posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
        posix_spawn_file_actions_addopen(&files, STDERR_FILENO, complaints.c_str(),
                                         O_WRONLY | O_CREAT | O_TRUNC, 0600);
        posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
        posix_spawnattr_init(&attributes);
        posix_spawnattr_setflags(
            &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        sigset_t signals;
        sigemptyset(&signals);
        posix_spawnattr_setsigmask(&attributes, &signals);
        sigfillset(&signals);
        posix_spawnattr_setsigdefault(&attributes, &signals);
    }
    SpawnSettings(const SpawnSettings&) = delete;
    SpawnSettings& operator=(const SpawnSettings&) = delete;
    ~SpawnSettings()
    {
        posix_spawnattr_destroy(&attributes);
        posix_spawn_file_actions_destroy(&files);
    }

    posix_spawn_file_actions_t files{};
    posix_spawnattr_t attributes{};
};

}  // namespace

tl::expected<Process, std::string> Process::start(const std::vector<std::string>& arguments,
                                                  const std::string& complaints)
{
    const SpawnSettings settings(complaints);
    std::vector<char*> words;
    for (const std::string& argument : arguments) {
        words.push_back(const_cast<char*>(argument.c_str()));  // posix_spawnp() changes none
    }
    words.push_back(nullptr);
    pid_t id = 0;
    const int error = ::posix_spawnp(&id, words.front(), &settings.files, &settings.attributes,
                                     words.data(), environ);
    if (error != 0) {
        return tl::unexpected(
            fmt::format("{} cannot be started: {}", arguments.front(), std::strerror(error)));
    }
    const auto descriptor = static_cast<int>(::syscall(SYS_pidfd_open, id, 0));
    Process process(id, descriptor);
    if (descriptor >= 0) return process;
    return tl::unexpected(
        fmt::format("{} cannot be waited for: {}", arguments.front(), std::strerror(errno)));
}

Process::~Process()
{
    if (id_ != 0) {
        ::kill(-id_, SIGKILL);
        ::waitpid(id_, nullptr, 0);
    }
    if (descriptor_ >= 0) ::close(descriptor_);
}

std::string Process::why_failed()
{
    int status = 0;
    const pid_t ended = ::waitpid(std::exchange(id_, 0), &status, 0);
    if (ended < 0 || (WIFEXITED(status) && WEXITSTATUS(status) == 0)) return {};
    if (WIFSIGNALED(status)) return fmt::format("was ended by signal {}", WTERMSIG(status));
    return fmt::format("ended with status {}", WEXITSTATUS(status));
}

}  // namespace pivot::media
