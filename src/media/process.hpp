// A program that an operator has set, while it runs: in a process group of its own, with no input
// but its arguments, and what it complains about in a file.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>
#include <tl/expected.hpp>

namespace pivot::media {

class Process {
public:
    // `complaints` is the path of a file. The error is a sentence.
    static tl::expected<Process, std::string> start(const std::vector<std::string>& arguments,
                                                    const std::string& complaints);

    Process(Process&& other) noexcept
        : id_(std::exchange(other.id_, 0)), descriptor_(std::exchange(other.descriptor_, -1))
    {
    }
    Process& operator=(Process&&) = delete;
    ~Process();  // kills it, and all that it has started

    // Readable when it has ended.
    int descriptor() const { return descriptor_; }

    // After that. Empty: well, or nobody knows, because the host has waited for it.
    std::string why_failed();

private:
    Process(pid_t id, int descriptor) : id_(id), descriptor_(descriptor) {}

    pid_t id_;        // 0: nothing is left to wait for
    int descriptor_;  // a pidfd
};

}  // namespace pivot::media
