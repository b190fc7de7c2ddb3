// What the command line prints, and how it says that it can't.
//
// Files, web servers and file names may hold anything: whatever is printed goes through here, and
// neither commands the terminal nor forges a line (base/harmless.hpp).
#pragma once

#include <string>
#include <string_view>

namespace pivot::tools {

// Exit statuses of the command line.
inline constexpr int exit_good = 0;
inline constexpr int exit_bad = 1;
inline constexpr int exit_usage = 2;  // bad usage, input that cannot be read, output not written

// First of all. Standard streams that are closed stay unusable: else the next file or ring to be
// opened would take their place, and be printed into. A reader who has gone is an error like
// another, not a signal.
void guard_standard_streams();

// Prints `text` on standard output, at once. 0, or the errno of what is in the way.
int put(std::string_view text);

// The same, and returns the exit status: what is not printed is said.
int print(std::string_view command, std::string_view text);

// Prints a text of one or more lines on standard error, where that can be written.
void complain(std::string_view text);

// Prints one line on standard error, and returns the exit status for it.
int refuse(std::string_view command, std::string_view why);

// That standard output cannot be written to, for the reason that put() gave.
int refuse_output(std::string_view command, int error);

}  // namespace pivot::tools
