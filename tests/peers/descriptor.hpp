// A file descriptor with an owner.
#pragma once

#include <cerrno>
#include <system_error>
#include <utility>

#include <unistd.h>

namespace pivot::test {

class Descriptor {
public:
    explicit Descriptor(int fd = -1) : fd_(fd) {}  // -1: none
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept
    {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~Descriptor() { close(); }

    int get() const { return fd_; }
    bool is_open() const { return fd_ >= 0; }

    void close()
    {
        if (is_open()) ::close(std::exchange(fd_, -1));
    }

private:
    int fd_;
};

// The result of a system call. A negative one is thrown, with errno and what was being done.
inline int checked(int result, const char* doing)
{
    if (result < 0) throw std::system_error(errno, std::generic_category(), doing);
    return result;
}

}  // namespace pivot::test
