#include "reactor/folder.hpp"

#include "peers/eventually.hpp"
#include "peers/temporary_folder.hpp"

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace pivot::test {
namespace {

class Folder : public ::testing::Test {
protected:
    // Why it cannot be had.
    std::string error() const
    {
        const auto folder = reactor::Folder::take(path());
        return folder ? "none" : folder.error();
    }
    std::string path() const { return folder_.path() / "store"; }
    std::string result() const { return folder_.path() / "result"; }

private:
    TemporaryFolder folder_;
};

TEST_F(Folder, is_given_to_one_at_a_time)
{
    {
        const auto folder = reactor::Folder::take(path());
        ASSERT_TRUE(folder);
        EXPECT_EQ(error(),
                  path() + ": belongs to another engine that runs: give each a folder of its own");
    }
    EXPECT_EQ(error(), "none");
}

// A daemon that forks too late: the child goes on when its parent, which had the folder, is dead.
TEST_F(Folder, is_not_kept_by_a_forked_child)
{
    const auto parent = checked(::fork(), "fork");
    if (parent == 0) {
        const auto folder = reactor::Folder::take(path());
        int is_alive[2];
        checked(::pipe(is_alive), "pipe");
        if (::fork() != 0) ::_exit(folder ? 0 : 1);
        char end = 0;
        ::close(is_alive[1]);
        const auto read = ::read(is_alive[0], &end, 1);
        // The kernel gives up a dead process's locks in its own time.
        eventually([&] { return error() == "none"; });
        std::ofstream(result() + ".part") << (read == 0 ? error() : "no end");
        std::filesystem::rename(result() + ".part", result());
        ::_exit(0);
    }
    int status = 0;
    checked(::waitpid(parent, &status, 0), "waitpid");
    ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    ASSERT_TRUE(eventually([&] { return std::filesystem::exists(result()); }));
    std::string line;
    std::getline(std::ifstream(result()), line);
    EXPECT_EQ(line, "none");
}

}  // namespace
}  // namespace pivot::test
