#include "pivot/serve/service/log.hpp"

#include "base/clock.hpp"
#include "base/harmless.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "exchange/redaction.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <ctime>

#include <spdlog/async_logger.h>
#include <spdlog/details/null_mutex.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/base_sink.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pivot::tools {

namespace {

std::string_view name(LogLevel level)
{
    constexpr std::array<std::string_view, 4> names = {"error", "warning", "info", "debug"};
    return names[static_cast<std::size_t>(level)];
}

// In syslog's numbers.
int priority(LogLevel level)
{
    constexpr std::array priorities = {3, 4, 6, 7};
    return priorities[static_cast<std::size_t>(level)];
}

// `2026-11-29T18:01:30.123Z`
std::string rfc3339(std::int64_t unix_ms)
{
    const std::time_t seconds = unix_ms / 1'000;
    std::tm time{};
    ::gmtime_r(&seconds, &time);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", time.tm_year + 1'900,
                       time.tm_mon + 1, time.tm_mday, time.tm_hour, time.tm_min, time.tm_sec,
                       unix_ms % 1'000);
}

// A switch may use any text as a call's id. Quotes keep one with blanks from looking like fields.
std::string call_field(std::string_view call_id)
{
    if (call_id.empty()) return {};
    std::string id = harmless(call_id);
    if (id.find_first_of(" \"=") != id.npos) {
        std::string quoted;
        json::append_quoted(quoted, id);
        id = std::move(quoted);
    }
    return fmt::format("call_id={} ", id);
}

std::string json_line(LogLevel level, std::int64_t unix_ms, std::string_view call_id,
                      std::string_view text)
{
    std::string line = fmt::format(R"({{"time":"{}","level":"{}",)", rfc3339(unix_ms), name(level));
    if (!call_id.empty()) {
        line += "\"call_id\":";
        json::append_quoted(line, to_valid_utf8(call_id));
        line += ',';
    }
    line += "\"message\":";
    json::append_quoted(line, to_valid_utf8(text));
    return harmless_lines(line + '}');
}

bool is_of_word(char sign)
{
    return is_digit(sign) || is_letter(sign) || sign == '_' || sign == '-' || sign == '.';
}

// Writes to a descriptor, only on the queue's thread.
class Descriptor final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
public:
    Descriptor(int descriptor, LineStyle style) : descriptor_(descriptor), style_(style) {}

    // The queue whose thread this is.
    void watch(spdlog::details::thread_pool& queue) { queue_ = &queue; }

    // Reports how many lines were dropped since the last time.
    void report_drops(std::size_t dropped)
    {
        if (dropped == dropped_) return;
        const std::string text =
            fmt::format("{} log lines were dropped, because they came faster than they were read",
                        dropped - dropped_);
        dropped_ = dropped;
        write(log_line(style_, LogLevel::warning, unix_now_ms(), "", text) + '\n');
    }

protected:
    void sink_it_(const spdlog::details::log_msg& line) override
    {
        report_drops(queue_->overrun_counter());
        write(std::string(line.payload.data(), line.payload.size()) + '\n');
    }

    void flush_() override {}

private:
    void write(std::string_view text) const
    {
        while (!text.empty()) {
            const ssize_t written = ::write(descriptor_, text.data(), text.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) return;  // nobody is left to tell
            text.remove_prefix(static_cast<std::size_t>(written));
        }
    }

    const int descriptor_;
    const LineStyle style_;
    spdlog::details::thread_pool* queue_ = nullptr;
    std::size_t dropped_ = 0;
};

LineStyle style_of(LogFormat format, int descriptor)
{
    switch (format) {
        case LogFormat::automatic:
            return is_read_by_journal(descriptor, std::getenv("JOURNAL_STREAM"))
                       ? LineStyle::journal
                       : LineStyle::text;
        case LogFormat::text: return LineStyle::text;
        case LogFormat::json: return LineStyle::json;
    }
    return LineStyle::text;
}

}  // namespace

std::string log_line(LineStyle style, LogLevel level, std::int64_t unix_ms,
                     std::string_view call_id, std::string_view text)
{
    switch (style) {
        case LineStyle::journal:
            return fmt::format("<{}>{}{}", priority(level), call_field(call_id), harmless(text));
        case LineStyle::text:
            return fmt::format("{} {} {}{}", rfc3339(unix_ms), name(level), call_field(call_id),
                               harmless(text));
        case LineStyle::json: return json_line(level, unix_ms, call_id, text);
    }
    return {};
}

std::string mask(std::string_view text)
{
    constexpr std::size_t number_digits_min = 7;
    constexpr std::size_t shown_digits = 3;
    constexpr std::string_view ends_of_url = " \"'<>)";
    std::string masked;
    bool is_in_url = false;
    for (std::size_t i = 0; i < text.size();) {
        is_in_url = is_in_url ? ends_of_url.find(text[i]) == ends_of_url.npos
                              : text.substr(i).starts_with("://");
        if (is_in_url && text[i] == '?') {
            masked += "?…";
            i = std::min(text.find_first_of(ends_of_url, i), text.size());
            continue;
        }
        std::size_t end = i;
        while (end < text.size() && is_digit(text[end])) ++end;
        const bool is_inside = (i > 0 && is_of_word(text[i - 1])) ||
                               (end < text.size() && (is_letter(text[end]) || text[end] == '_'));
        if (end - i >= number_digits_min && !is_inside) {
            masked.append(end - i - shown_digits, '*').append(text.substr(end - shown_digits, 3));
        } else {
            end = std::max(end, i + 1);
            masked.append(text.substr(i, end - i));
        }
        i = end;
    }
    return masked;
}

bool is_read_by_journal(int descriptor, const char* journal_stream)
{
    struct stat status{};
    if (journal_stream == nullptr || ::fstat(descriptor, &status) != 0) return false;
    return journal_stream == fmt::format("{}:{}", status.st_dev, status.st_ino);
}

class Log::Queue {
public:
    Queue(int descriptor, LineStyle style, std::size_t lines_max)
        : lines_(std::make_shared<spdlog::details::thread_pool>(lines_max, 1)),
          descriptor_(std::make_shared<Descriptor>(descriptor, style)),
          logger_(std::make_shared<spdlog::async_logger>(
              "", descriptor_, lines_, spdlog::async_overflow_policy::overrun_oldest))
    {
        descriptor_->watch(*lines_);
    }

    ~Queue()
    {
        const std::size_t dropped = lines_->overrun_counter();
        logger_.reset();
        lines_.reset();  // its thread writes all lines first
        descriptor_->report_drops(dropped);
    }

    void write(std::string_view line)
    {
        logger_->log(spdlog::level::critical, spdlog::string_view_t(line.data(), line.size()));
    }

private:
    std::shared_ptr<spdlog::details::thread_pool> lines_;
    const std::shared_ptr<Descriptor> descriptor_;
    std::shared_ptr<spdlog::async_logger> logger_;
};

Log::Log(const LogSettings& settings, int descriptor, std::size_t lines_max)
    : level_(settings.level),
      style_(style_of(settings.format, descriptor)),
      queue_(std::make_unique<Queue>(descriptor, style_, lines_max))
{
}

Log::~Log() = default;

void Log::write(LogLevel level, std::string_view call_id, std::string_view text)
{
    if (!shows(level)) return;
    const bool is_masked = level != LogLevel::error && !shows(LogLevel::debug);
    std::string shown = exchange::redact(text);
    if (is_masked) shown = mask(shown);
    queue_->write(log_line(style_, level, unix_now_ms(), call_id, shown));
}

void Log::write_unmasked(LogLevel level, std::string_view text)
{
    if (shows(level)) queue_->write(log_line(style_, level, unix_now_ms(), "", text));
}

}  // namespace pivot::tools
