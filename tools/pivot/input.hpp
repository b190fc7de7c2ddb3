// What the command line reads.
#pragma once

#include <string>

#include <tl/expected.hpp>

namespace pivot::tools {

// The whole of a file, or of standard input where the path is `-`; 256 MiB at most. The error names
// the file.
tl::expected<std::string, std::string> read_input(const std::string& path);

}  // namespace pivot::tools
