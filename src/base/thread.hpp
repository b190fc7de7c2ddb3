// Threads of the library's own. The host's signal handlers never run on them: every signal is
// blocked there, so that the kernel gives it to one of the host's threads.
#pragma once

#include <functional>
#include <string>
#include <thread>

#include <tl/expected.hpp>

namespace pivot {

// Runs `run` on a new thread. `name` is what debuggers and `ps -L` show, at most 15 bytes. The
// error is a sentence about the system: what it lacks, and which limit to raise.
tl::expected<std::thread, std::string> start_thread(std::string name, std::function<void()> run);

}  // namespace pivot
