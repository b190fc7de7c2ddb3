// A fixed number of seats for coroutines. When all are taken, others wait in order.
#pragma once

#include "base/list.hpp"
#include "reactor/deadline.hpp"
#include "reactor/task.hpp"
#include "reactor/wait.hpp"

#include <cstddef>

namespace pivot::switches::asterisk {

class Seats {
public:
    explicit Seats(std::size_t count) : free_(count) {}

    // Yields false if the deadline expires first. Otherwise the caller has to leave().
    reactor::Task<bool> take(reactor::Deadline& deadline);
    void leave();

private:
    struct Waiting : ListHook<Waiting> {
        reactor::Event called;
        bool is_called = false;
    };

    std::size_t free_;
    List<Waiting> waiting_;
};

}  // namespace pivot::switches::asterisk
