// The log of `pivot serve`: one line per event on standard error.
//
//     engine threads, front ends ── a finished line ──► bounded queue ──► a thread ──► descriptor
//                                                      full: drops and counts the oldest
//
// No caller waits for the log's reader.
#pragma once

#include <pivot/sinks.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace pivot::tools {

enum class LogFormat : std::uint8_t {
    automatic,  // the journal's style if the journal reads the descriptor, else text
    text,
    json,
};

struct LogSettings {
    LogFormat format = LogFormat::automatic;
    LogLevel level = LogLevel::info;
};

// How a line is written.
enum class LineStyle : std::uint8_t { journal, text, json };

// One line without its newline, harmless to a terminal. The journal's begins `<4>call_id=CA1 …`,
// because the journal has its own clock; the others have the time, in UTC (RFC 3339).
std::string log_line(LineStyle style, LogLevel level, std::int64_t unix_ms,
                     std::string_view call_id, std::string_view text);

// Hides what identifies a caller: all but the last three digits of phone numbers, and the queries
// of URLs.
std::string mask(std::string_view text);

// Whether systemd's journal reads this descriptor. `journal_stream` is the value of JOURNAL_STREAM
// (sd-daemon(3)), or null.
bool is_read_by_journal(int descriptor, const char* journal_stream);

class Log {
public:
    static constexpr std::size_t queue_lines_max = 8'192;

    explicit Log(const LogSettings& settings, int descriptor = 2,
                 std::size_t lines_max = queue_lines_max);
    ~Log();  // writes the queued lines
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;

    // Any thread. `call_id` is empty if the line is not about one call. Secrets are removed. Lines
    // below errors are also masked, unless debugging is on. Errors are not, because they may be the
    // only place for something, such as a CDR.
    void write(LogLevel level, std::string_view call_id, std::string_view text);

    // Any thread. For what the operator must be able to read, even if it looks like a secret.
    void write_unmasked(LogLevel level, std::string_view text);

    bool shows(LogLevel level) const { return level <= level_; }

private:
    class Queue;

    const LogLevel level_;
    const LineStyle style_;
    const std::unique_ptr<Queue> queue_;
};

}  // namespace pivot::tools
