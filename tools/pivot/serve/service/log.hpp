// The log of `pivot serve`: one line per event on standard error.
//
//     engine threads, front ends ── a finished line ──► bounded queue ──► a thread ──► descriptor
//                                                       full: the oldest goes, and is counted
//
// Nobody waits for the reader of the log.
#pragma once

#include <pivot/sinks.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace pivot::tools {

enum class LogFormat : std::uint8_t {
    automatic,  // as the journal has it if that reads the descriptor, else text
    text,
    json,
};

struct LogSettings {
    LogFormat format = LogFormat::automatic;
    LogLevel level = LogLevel::info;
};

// How a line is written.
enum class LineStyle : std::uint8_t { journal, text, json };

// One line without its end, harmless to a terminal: of the journal `<4>call_id=CA1 …`, which has a
// clock of its own; of the others with the time, RFC 3339 in UTC.
std::string log_line(LineStyle style, LogLevel level, std::int64_t unix_ms,
                     std::string_view call_id, std::string_view text);

// Hides what identifies a caller: phone numbers but for their last three digits, and the queries of
// URLs.
std::string mask(std::string_view text);

// Whether the journal of systemd reads this descriptor: `journal_stream` is what it has put into
// JOURNAL_STREAM (sd-daemon(3)), or null.
bool is_read_by_journal(int descriptor, const char* journal_stream);

class Log {
public:
    static constexpr std::size_t queue_lines_max = 8'192;

    explicit Log(const LogSettings& settings, int descriptor = 2,
                 std::size_t lines_max = queue_lines_max);
    ~Log();  // writes what is in the queue
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;

    // Any thread. `call_id` is empty if the line is not about one call. Secrets are taken out.
    // Warnings and what is less are masked, too, unless debugging is on: errors have what is kept
    // nowhere else, such as a CDR.
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
