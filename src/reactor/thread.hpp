// Starts the library's threads in a host's process: they have names that tools show, and take none
// of the host's signals.
#pragma once

#include <functional>
#include <string>
#include <thread>

#include <tl/expected.hpp>

namespace pivot::reactor {

// Runs `work` on a new thread. All signals are blocked there: a host that waits for one with
// sigwait() or signalfd() would lose it to us. `name` has at most 15 bytes, Linux's limit. The
// error is a sentence that says what the system refuses and which limit to raise.
tl::expected<std::thread, std::string> start_thread(const std::string& name,
                                                    std::function<void()> work);

// Keeps this thread on one processor. The error is a sentence.
tl::expected<void, std::string> run_on_cpu(unsigned cpu);

}  // namespace pivot::reactor
