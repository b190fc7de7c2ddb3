#include "store/folder.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pivot::store {

// What is in it has credentials.
Answer<Folder> Folder::take(const std::string& path)
{
    const auto failed = [&path](std::string_view what) {
        return tl::unexpected(fmt::format("{}: {}: {}", path, what, std::strerror(errno)));
    };
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return failed("cannot be made");
    // SQLite would lose its own locks on a file that is closed here.
    const int lock = ::open((path + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0) return failed("its file `lock` cannot be opened");
    Folder folder(lock);
    if (::flock(lock, LOCK_EX | LOCK_NB) == 0) return folder;
    if (errno != EWOULDBLOCK) return failed("cannot be locked");
    return tl::unexpected(fmt::format(
        "{}: belongs to another engine that runs: give each a folder of its own", path));
}

Folder::~Folder()
{
    if (lock_ >= 0) ::close(lock_);
}

}  // namespace pivot::store
