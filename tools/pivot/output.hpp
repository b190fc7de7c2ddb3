// The output of the command line, and errors in writing it.
//
// Files, web servers and file names may hold anything. All output goes through here, so that it can
// neither control the terminal nor forge a line (base/harmless.hpp).
#pragma once

#include <string>
#include <string_view>

namespace pivot::tools {

// Exit statuses of the command line.
inline constexpr int exit_good = 0;
inline constexpr int exit_bad = 1;
inline constexpr int exit_usage = 2;  // bad usage, input that cannot be read, output not written

// To be called first. Closed standard streams stay unusable: otherwise the next file or ring to be
// opened would take their place, and output would go into it. A reader that has gone is an error
// like any other, not a signal.
void guard_standard_streams();

// Prints `text` on standard output, at once. Returns 0, or the errno of the failure.
int put(std::string_view text);

// The same, but reports a failure, and returns the exit status.
int print(std::string_view command, std::string_view text);

// Prints a text of one or more lines on standard error, if that can be written.
void complain(std::string_view text);

// Prints one line on standard error, and returns the exit status for it.
int refuse(std::string_view command, std::string_view why);

// Reports that standard output cannot be written to, for the reason that put() gave.
int refuse_output(std::string_view command, int error);

}  // namespace pivot::tools
