// Recordings as Asterisk sends them: WAV, 8,000 samples a second, two bytes each, mono.
#pragma once

#include "reactor/reactor.hpp"
#include "reactor/task.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace pivot::switches::asterisk {

// 0 if there is only a header.
std::chrono::milliseconds length_of(std::string_view wav);

// Sets the lengths in the header. Asterisk writes them when a recording ends, so those that it was
// killed in lack them.
void set_lengths(std::string& wav);

// Writes a recording to a file, a portion per turn of the reactor. Yields a sentence if the file
// cannot be written, of which then nothing is left, else an empty text.
reactor::Task<std::string> write_file(const std::string& path, const std::string& bytes,
                                      reactor::Reactor& reactor);

}  // namespace pivot::switches::asterisk
