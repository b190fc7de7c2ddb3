#include "net/watched_file.hpp"

#include <utility>

namespace pivot::net {

namespace {

constexpr Nanoseconds between_looks_ns = second_ns;

bool is_same(const timespec& one, const timespec& other)
{
    return one.tv_sec == other.tv_sec && one.tv_nsec == other.tv_nsec;
}

// The inode's change time counts, too: `mv` keeps the modification time.
bool is_same(const struct stat& one, const struct stat& other)
{
    return one.st_dev == other.st_dev && one.st_ino == other.st_ino &&
           one.st_size == other.st_size && is_same(one.st_mtim, other.st_mtim) &&
           is_same(one.st_ctim, other.st_ctim);
}

}  // namespace

WatchedFile::WatchedFile(std::string path) : path_(std::move(path)), seen_(look()) {}

bool WatchedFile::has_changed(Nanoseconds now)
{
    if (now < next_look_) return false;
    next_look_ = now + between_looks_ns;
    const struct stat seen = look();
    const bool is_changed = !is_same(seen, seen_);
    seen_ = seen;
    return is_changed;
}

struct stat WatchedFile::look() const
{
    struct stat status{};
    if (::stat(path_.c_str(), &status) != 0) return {};
    return status;
}

}  // namespace pivot::net
