#include "peers/temporary_folder.hpp"
#include "pivot/serve/settings/cache_folder.hpp"

#include <cstdlib>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pivot::tools {
namespace {

using testing::HasSubstr;

constexpr const char* variables[] = {"CACHE_DIRECTORY", "XDG_CACHE_HOME", "HOME"};

// In an environment of its own.
class CacheFolder : public testing::Test {
protected:
    CacheFolder()
    {
        for (const char* const name : variables) {
            const char* const value = std::getenv(name);
            before_.emplace_back(value == nullptr ? "" : value);
            ::unsetenv(name);
        }
        ::setenv("HOME", home().c_str(), 1);
    }
    ~CacheFolder() override
    {
        for (std::size_t i = 0; i < before_.size(); ++i) {
            if (before_[i].empty()) ::unsetenv(variables[i]);
            if (!before_[i].empty()) ::setenv(variables[i], before_[i].c_str(), 1);
        }
    }

    std::string home() const { return folder_.path(); }

    // Neither is it there nor can it be made.
    const std::string unusable = "/nonexistent/cache/pivot";

private:
    test::TemporaryFolder folder_;
    std::vector<std::string> before_;
};

TEST_F(CacheFolder, is_the_one_of_the_service_manager)
{
    ::setenv("CACHE_DIRECTORY", "/var/cache/voice", 1);
    EXPECT_EQ(cache_folder(unusable), "/var/cache/voice");
}

TEST_F(CacheFolder, is_the_systems_if_it_can_be_used_or_made)
{
    EXPECT_EQ(cache_folder(home()), home());
    EXPECT_EQ(cache_folder(home() + "/pivot"), home() + "/pivot");
}

TEST_F(CacheFolder, is_otherwise_the_users)
{
    EXPECT_EQ(cache_folder(unusable), home() + "/.cache/pivot");
    ::setenv("XDG_CACHE_HOME", "relative", 1);
    EXPECT_EQ(cache_folder(unusable), home() + "/.cache/pivot");
    ::setenv("XDG_CACHE_HOME", "/tmp/ann", 1);
    EXPECT_EQ(cache_folder(unusable), "/tmp/ann/pivot");
}

TEST_F(CacheFolder, of_nobody_is_the_systems)
{
    ::unsetenv("HOME");
    EXPECT_EQ(cache_folder(unusable), unusable);
}

TEST_F(CacheFolder, of_the_user_has_the_folders_above_it_made_and_is_said)
{
    EXPECT_EQ(prepare_cache(home() + "/elsewhere/pivot"), "");
    EXPECT_FALSE(std::filesystem::exists(home() + "/elsewhere"));
    EXPECT_THAT(prepare_cache(home() + "/.cache/pivot"),
                HasSubstr("sounds and recordings are in " + home() + "/.cache/pivot"));
    EXPECT_TRUE(std::filesystem::is_directory(home() + "/.cache"));
    EXPECT_FALSE(std::filesystem::exists(home() + "/.cache/pivot")) << "the engine makes it";
}

}  // namespace
}  // namespace pivot::tools
