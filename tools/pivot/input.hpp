// What the command line reads and prints, and how it says that it can't.
#pragma once

#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace pivot::tools {

// Exit statuses of the command line.
inline constexpr int exit_good = 0;
inline constexpr int exit_bad = 1;
inline constexpr int exit_usage = 2;  // bad usage, or input that cannot be read

// The whole of a file, or of standard input where the path is `-`. The error names the file.
tl::expected<std::string, std::string> read_input(const std::string& path);

// Prints one line on standard error, and returns the exit status for it.
int refuse(std::string_view command, std::string_view why);

// Prints `text` on standard output, and returns the exit status: good, unless it cannot be written.
int print(std::string_view command, const std::string& text);

}  // namespace pivot::tools
