// What the command line reads.
#pragma once

#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace pivot::tools {

// How a message names the file: `standard input` where the path is `-`.
std::string input_name(const std::string& path);

// That at most one of the files is standard input, which can be read once. The error is a sentence.
tl::expected<void, std::string> check_standard_input(const std::vector<std::string>& paths);

// The whole of a file, or of standard input where the path is `-`; 256 MiB at most. The error names
// the file.
tl::expected<std::string, std::string> read_input(const std::string& path);

}  // namespace pivot::tools
