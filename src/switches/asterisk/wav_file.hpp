// Writes a recording into a file, a portion a turn.
#pragma once

#include "reactor/reactor.hpp"
#include "reactor/task.hpp"

#include <string>

namespace pivot::switches::asterisk {

// Yields a sentence if it cannot be written; empty: it is.
reactor::Task<std::string> write_file(const std::string& path, const std::string& bytes,
                                      reactor::Reactor& reactor);

}  // namespace pivot::switches::asterisk
