#include "pivot/serve/service/log.hpp"

#include <algorithm>
#include <string>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pivot::tools {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

constexpr std::int64_t noon_ms = 1'796'040'000'123;  // 2026-11-30, 12:00 UTC

// The ends of a pipe: the log writes to one of them.
class Pipe {
public:
    Pipe() { EXPECT_EQ(::pipe2(ends_, O_CLOEXEC), 0); }
    ~Pipe()
    {
        ::close(ends_[0]);
        close_writer();
    }
    int writer() const { return ends_[1]; }

    void close_writer()
    {
        if (ends_[1] >= 0) ::close(ends_[1]);
        ends_[1] = -1;
    }

    // Whatever is written until the writer closes.
    std::string read_all()
    {
        std::string text;
        char bytes[4'096];
        while (const ssize_t count = ::read(ends_[0], bytes, sizeof bytes)) {
            if (count < 0) break;
            text.append(bytes, static_cast<std::size_t>(count));
        }
        return text;
    }

private:
    int ends_[2] = {-1, -1};
};

std::string logged(LogLevel shown, LogLevel level, std::string_view text)
{
    Pipe pipe;
    {
        Log log({LogFormat::text, shown}, pipe.writer());
        log.write(level, "CA1", text);
    }
    pipe.close_writer();
    return pipe.read_all();
}

TEST(ServeLog, a_line_of_text_has_the_time_the_level_and_the_call)
{
    EXPECT_EQ(log_line(LineStyle::text, LogLevel::warning, noon_ms, "CA1", "it failed"),
              "2026-11-30T12:00:00.123Z warning call_id=CA1 it failed");
    EXPECT_EQ(log_line(LineStyle::text, LogLevel::info, noon_ms, "", "begins"),
              "2026-11-30T12:00:00.123Z info begins");
}

TEST(ServeLog, the_journal_gets_a_priority_and_no_time)
{
    EXPECT_EQ(log_line(LineStyle::journal, LogLevel::error, noon_ms, "CA1", "a"),
              "<3>call_id=CA1 a");
    EXPECT_EQ(log_line(LineStyle::journal, LogLevel::warning, noon_ms, "", "a"), "<4>a");
    EXPECT_EQ(log_line(LineStyle::journal, LogLevel::info, noon_ms, "", "a"), "<6>a");
    EXPECT_EQ(log_line(LineStyle::journal, LogLevel::debug, noon_ms, "", "a"), "<7>a");
}

TEST(ServeLog, a_line_of_json_is_one_object)
{
    EXPECT_EQ(log_line(LineStyle::json, LogLevel::info, noon_ms, "C\"1", "a\nb"),
              R"({"time":"2026-11-30T12:00:00.123Z","level":"info","call_id":"C\"1",)"
              R"("message":"a\nb"})");
    EXPECT_THAT(log_line(LineStyle::json, LogLevel::info, noon_ms, "", "a"),
                Not(HasSubstr("call_id")));
}

TEST(ServeLog, neither_a_call_nor_a_text_can_forge_a_line_or_a_field)
{
    EXPECT_EQ(log_line(LineStyle::journal, LogLevel::info, noon_ms, "1 level=x\n<0>", "a\n<0>b"),
              "<6>call_id=\"1 level=x <0>\" a <0>b");
}

TEST(ServeLog, the_journal_is_known_by_the_device_and_the_inode_of_its_stream)
{
    Pipe pipe;
    struct stat status{};
    ASSERT_EQ(::fstat(pipe.writer(), &status), 0);
    const std::string stream = fmt::format("{}:{}", status.st_dev, status.st_ino);
    EXPECT_TRUE(is_read_by_journal(pipe.writer(), stream.c_str()));
    EXPECT_FALSE(is_read_by_journal(pipe.writer(), "1:1"));
    EXPECT_FALSE(is_read_by_journal(pipe.writer(), nullptr));
    EXPECT_FALSE(is_read_by_journal(-1, stream.c_str()));
}

TEST(ServeLog, numbers_and_the_queries_of_urls_are_masked)
{
    EXPECT_EQ(mask("calls +493012345678, then 5551234."), "calls +*********678, then ****234.");
    EXPECT_EQ(mask("sip:+493012345678@h"), "sip:+*********678@h");
    EXPECT_EQ(mask("GET http://h:8080/a?From=%2B49 failed? yes"),
              "GET http://h:8080/a?… failed? yes");
    EXPECT_EQ(mask("\"https://h/?a=1\" and <https://h/?b>"), "\"https://h/?…\" and <https://h/?…>");
    EXPECT_EQ(mask("192.0.2.7:8080, 127.0.0.1, CA12345678, 1.0000000"),
              "192.0.2.7:8080, 127.0.0.1, CA12345678, 1.0000000");
    EXPECT_EQ(mask(""), "");
}

TEST(ServeLog, warnings_are_masked_and_errors_and_all_of_a_debug_log_are_not)
{
    EXPECT_THAT(logged(LogLevel::info, LogLevel::warning, "5551234"), EndsWith("CA1 ****234\n"));
    EXPECT_THAT(logged(LogLevel::info, LogLevel::error, "5551234"), EndsWith("CA1 5551234\n"));
    EXPECT_THAT(logged(LogLevel::debug, LogLevel::warning, "5551234"), EndsWith("5551234\n"));
}

TEST(ServeLog, what_is_below_the_level_is_not_written)
{
    EXPECT_EQ(logged(LogLevel::warning, LogLevel::info, "a"), "");
    EXPECT_THAT(logged(LogLevel::warning, LogLevel::warning, "a"), HasSubstr("warning"));
    EXPECT_EQ(logged(LogLevel::info, LogLevel::debug, "a"), "");
}

TEST(ServeLog, all_lines_are_written_before_the_log_is_gone)
{
    Pipe pipe;
    std::string text;
    std::thread reader([&] { text = pipe.read_all(); });
    {
        Log log({LogFormat::json, LogLevel::info}, pipe.writer());
        for (int i = 0; i < 1'000; ++i) log.write(LogLevel::info, "", std::to_string(i));
    }
    pipe.close_writer();
    reader.join();
    EXPECT_EQ(std::ranges::count(text, '\n'), 1'000);
    EXPECT_THAT(text, EndsWith("\"message\":\"999\"}\n"));
}

TEST(ServeLog, who_writes_to_a_log_that_nobody_reads_does_not_wait_and_the_loss_is_counted)
{
    constexpr std::size_t queue = 4;
    constexpr int lines = 100;
    Pipe pipe;
    ASSERT_EQ(::fcntl(pipe.writer(), F_SETPIPE_SZ, 4'096), 4'096);
    std::string text;
    std::thread reader;
    {
        Log log({LogFormat::text, LogLevel::info}, pipe.writer(), queue);
        const std::string long_line(8'000, 'x');  // fills the pipe, so its thread waits
        for (int i = 0; i < lines; ++i) log.write(LogLevel::info, "", long_line);
        reader = std::thread([&] { text = pipe.read_all(); });
    }
    pipe.close_writer();
    reader.join();
    int dropped = 0;
    for (std::size_t at = text.find(" log lines were dropped"); at != text.npos;
         at = text.find(" log lines were dropped", at + 1)) {
        dropped += std::stoi(text.substr(text.rfind(' ', at - 1) + 1));
    }
    EXPECT_GT(dropped, 0);
    const std::string line(8'000, 'x');
    int written = 0;
    for (std::size_t at = text.find(line); at != text.npos; at = text.find(line, at + 1)) ++written;
    EXPECT_EQ(written + dropped, lines);
}

}  // namespace
}  // namespace pivot::tools
