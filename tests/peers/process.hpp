// A program that runs as long as its owner.
#pragma once

#include "peers/descriptor.hpp"

#include <chrono>
#include <string>
#include <vector>

#include <sys/types.h>

namespace pivot::test {

class Process {
public:
    // Starts `program`, a path, and waits for its first line on standard output. Throws
    // std::runtime_error when it ends first, or has not said anything after ten seconds.
    //
    // `patience` is how long each step of stop() is given.
    explicit Process(const std::string& program, const std::vector<std::string>& arguments = {},
                     std::chrono::milliseconds patience = std::chrono::seconds(5));
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    ~Process() { stop(); }

    const std::string& first_line() const { return first_line_; }
    pid_t pid() const { return pid_; }

    // Closes its standard input, then asks (SIGTERM), then kills. Returns its exit status, or the
    // negative number of the signal that ended it. A second call returns what the first did.
    int stop();

private:
    bool ends() const;  // within the patience

    const std::chrono::milliseconds patience_;
    pid_t pid_ = -1;
    Descriptor pidfd_;
    Descriptor input_;   // what it reads
    Descriptor output_;  // what it writes
    std::string first_line_;
    int status_ = 0;
};

}  // namespace pivot::test
