// Writes a recording to a file, a portion per turn of the reactor.
#pragma once

#include "reactor/reactor.hpp"
#include "reactor/task.hpp"

#include <string>

namespace pivot::switches::asterisk {

// Yields a sentence if the file cannot be written, else an empty text.
reactor::Task<std::string> write_file(const std::string& path, const std::string& bytes,
                                      reactor::Reactor& reactor);

}  // namespace pivot::switches::asterisk
