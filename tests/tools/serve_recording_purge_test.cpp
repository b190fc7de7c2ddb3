#include "base/clock.hpp"
#include "peers/temporary_folder.hpp"
#include "pivot/serve/recordings/recording_purge.hpp"

#include <filesystem>
#include <fstream>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace pivot::tools {
namespace {

constexpr std::int64_t day_ms = std::int64_t{24} * 60 * 60 * 1'000;

class ServeRecordingPurge : public testing::Test {
protected:
    void record(const std::string& name) const { std::ofstream(path(name)) << "RIFF"; }
    std::string path(const std::string& name) const { return folder.path() / name; }
    std::size_t count() const
    {
        std::size_t files = 0;
        for ([[maybe_unused]] const auto& file :
             std::filesystem::directory_iterator(folder.path())) {
            ++files;
        }
        return files;
    }

    test::TemporaryFolder folder;
    Log log{LogSettings{}, -1};
    const std::int64_t now_ms = unix_now_ms();
};

TEST_F(ServeRecordingPurge, removes_recordings_when_their_time_is_over_and_not_before)
{
    record("one.wav");
    RecordingPurge purge(folder.path(), std::chrono::days(2), log);
    EXPECT_FALSE(purge.remove_some(now_ms + 2 * day_ms - 60'000));
    EXPECT_EQ(count(), 1U);
    EXPECT_FALSE(purge.remove_some(now_ms + 2 * day_ms + 60'000));
    EXPECT_EQ(count(), 0U);
}

TEST_F(ServeRecordingPurge, looks_at_a_few_at_a_time)
{
    constexpr std::size_t files = 2 * RecordingPurge::piece_files_max + 1;
    for (std::size_t i = 0; i < files; ++i) record(fmt::format("{}.wav", i));
    RecordingPurge purge(folder.path(), std::chrono::days(1), log);
    EXPECT_TRUE(purge.remove_some(now_ms + 2 * day_ms));
    EXPECT_EQ(count(), files - RecordingPurge::piece_files_max);
    EXPECT_TRUE(purge.remove_some(now_ms + 2 * day_ms));
    EXPECT_FALSE(purge.remove_some(now_ms + 2 * day_ms));
    EXPECT_EQ(count(), 0U);
}

TEST_F(ServeRecordingPurge, leaves_alone_what_is_not_a_file)
{
    std::filesystem::create_directory(path("folder"));
    std::filesystem::create_symlink("/etc/passwd", path("link"));
    RecordingPurge purge(folder.path(), std::chrono::days(1), log);
    EXPECT_FALSE(purge.remove_some(now_ms + 100 * day_ms));
    EXPECT_EQ(count(), 2U);
}

TEST_F(ServeRecordingPurge, goes_on_without_the_folder)
{
    RecordingPurge purge(path("nothing"), std::chrono::days(1), log);
    EXPECT_FALSE(purge.remove_some(now_ms));
    std::filesystem::create_directory(path("nothing"));
    record("nothing/one.wav");
    EXPECT_FALSE(purge.remove_some(now_ms + 2 * day_ms));
    EXPECT_TRUE(std::filesystem::is_empty(path("nothing")));
}

TEST_F(ServeRecordingPurge, works_on_a_thread_of_its_own)
{
    record("one.wav");
    const auto yesterday = std::filesystem::file_time_type::clock::now() - std::chrono::days(1);
    std::filesystem::last_write_time(path("one.wav"), yesterday);
    RecordingPurge purge(folder.path(), std::chrono::hours(1), log);
    ASSERT_TRUE(purge.start());
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (count() > 0 && std::chrono::steady_clock::now() < patience) std::this_thread::yield();
    EXPECT_EQ(count(), 0U);
}

}  // namespace
}  // namespace pivot::tools
