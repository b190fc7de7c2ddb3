#include "media/worker.hpp"

#include "peers/temporary_folder.hpp"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pivot::test {
namespace {

using testing::HasSubstr;

// A folder from which relative paths start.
class InFolder : public testing::Test {
protected:
    InFolder() { std::filesystem::current_path(folder.path()); }
    ~InFolder() override { std::filesystem::current_path(before_); }

    TemporaryFolder folder;

private:
    const std::filesystem::path before_ = std::filesystem::current_path();
};

using Worker = InFolder;

TEST_F(Worker, names_its_files_from_the_root)
{
    const auto worker = media::Worker::open("media", 1'000);
    ASSERT_TRUE(worker) << worker.error();
    EXPECT_EQ((*worker)->recordings(), folder.path() / "media/recordings");
}

TEST_F(Worker, has_a_folder_of_its_own)
{
    const auto worker = media::Worker::open("media", 1'000);
    EXPECT_THAT(media::Worker::open("media", 1'000).error(),
                HasSubstr("belongs to another engine that runs"));
}

}  // namespace
}  // namespace pivot::test
