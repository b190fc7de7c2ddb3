// Reads the input files of the command line.
#pragma once

#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace pivot::tools {

// How a message names the file: `standard input` if the path is `-`.
std::string input_name(const std::string& path);

// Checks that at most one file is standard input, which can be read only once. The error is a
// sentence.
tl::expected<void, std::string> check_standard_input(const std::vector<std::string>& paths);

// Reads a whole file, or standard input if the path is `-`; at most 256 MiB. The error names the
// file.
tl::expected<std::string, std::string> read_input(const std::string& path);

}  // namespace pivot::tools
