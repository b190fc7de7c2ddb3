#include "reactor/folder.hpp"

#include <cerrno>
#include <cstring>
#include <mutex>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <pthread.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pivot::reactor {

namespace {

// The locks of this process, which a forked child must not keep.
struct Locks {
    std::mutex mutex;
    std::vector<int> descriptors;
};

// Never destroyed, because a process may fork while statics are.
Locks& locks()
{
    static Locks& all = *new Locks;
    return all;
}

void forget_in_child()
{
    for (const int lock : locks().descriptors) ::close(lock);
    locks().descriptors.clear();
    locks().mutex.unlock();
}

void remember(int lock)
{
    [[maybe_unused]] static const int registered = ::pthread_atfork(
        [] { locks().mutex.lock(); }, [] { locks().mutex.unlock(); }, forget_in_child);
    const std::scoped_lock guard(locks().mutex);
    locks().descriptors.push_back(lock);
}

}  // namespace

// What is in it has credentials.
tl::expected<Folder, std::string> Folder::take(const std::string& path)
{
    const auto failed = [&path](std::string_view what) {
        return tl::unexpected(fmt::format("{}: {}: {}", path, what, std::strerror(errno)));
    };
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return failed("cannot be made");
    // SQLite would lose its own locks on a file that is closed here.
    const int lock = ::open((path + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0) return failed("its file `lock` cannot be opened");
    remember(lock);
    Folder folder(lock);
    if (::flock(lock, LOCK_EX | LOCK_NB) == 0) return folder;
    if (errno != EWOULDBLOCK) return failed("cannot be locked");
    return tl::unexpected(fmt::format(
        "{}: belongs to another engine that runs: give each a folder of its own", path));
}

Folder::~Folder()
{
    if (lock_ < 0) return;
    const std::scoped_lock guard(locks().mutex);
    std::erase(locks().descriptors, lock_);
    ::flock(lock_, LOCK_UN);  // even if a child has not closed its own yet
    ::close(lock_);
}

}  // namespace pivot::reactor
