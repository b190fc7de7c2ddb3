// The programs that a worker has running, a few at a time: the others wait for their turn.
#pragma once

#include "base/clock.hpp"
#include "media/process.hpp"

#include <cstddef>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <vector>

#include <poll.h>

namespace pivot::media {

struct Program {
    const void* owner = nullptr;
    std::vector<std::string> arguments;
    std::string complaints;  // the path of a file for what it says of its failure
    Nanoseconds ns_max = 0;  // from now on, its turn included; then it is killed
    std::function<void(std::string why)> ended;  // an empty text: well
};

// All on one thread.
class Programs {
public:
    // `programs_max` at a time.
    explicit Programs(std::size_t programs_max) : programs_max_(programs_max) {}

    // attend() begins it.
    void add(Program program);

    // Kills those of this owner.
    void drop(const void* owner);

    // Begins those whose turn it is, and ends those that have ended or take too long.
    void attend();

    // What attend() waits for: descriptors that become readable, and a time, which is in the past
    // if a program can start.
    void append_to(std::vector<pollfd>& polled) const;
    Nanoseconds due() const;

    bool empty() const { return running_.empty(); }

private:
    struct Running {
        Program program;
        Nanoseconds due;
        std::optional<Process> process;  // nothing: its turn has not come
    };

    static std::optional<std::string> result_of(Running& running);
    void end(std::list<Running>::iterator place, std::string why);

    const std::size_t programs_max_;
    std::list<Running> running_;  // in their turn
};

}  // namespace pivot::media
