#include "media/cache.hpp"

#include "peers/temporary_folder.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pivot::test {
namespace {

using namespace std::chrono_literals;

using testing::HasSubstr;

class Cache : public testing::Test {
protected:
    media::FileLease add(const std::string& key, std::string_view bytes = "a sound",
                         media::Freshness freshness = {})
    {
        const auto path = cache.write(bytes, ".wav");
        EXPECT_TRUE(path) << path.error();
        auto added = cache.adopt(key, *path, bytes.size(), std::move(freshness), 0);
        EXPECT_TRUE(added) << added.error();
        return added ? *added : nullptr;
    }
    bool has(const std::string& key) { return cache.find(key) != nullptr; }

    TemporaryFolder folder;
    media::Cache cache{folder.path(), 20};
};

TEST_F(Cache, keeps_a_sound_until_others_need_its_room)
{
    add("a");
    add("b");
    EXPECT_TRUE(has("a"));  // asked for last
    add("c");
    EXPECT_TRUE(has("a"));
    EXPECT_FALSE(has("b"));
    EXPECT_TRUE(has("c"));
}

TEST_F(Cache, gives_only_what_is_fresh_without_a_look_at_its_server)
{
    media::Freshness freshness;
    freshness.lifetime = 1s;
    const auto sound = add("a", "a sound", freshness);
    EXPECT_EQ(cache.find_fresh("a", second_ns - 1), sound);
    EXPECT_EQ(cache.find_fresh("a", second_ns), nullptr);
    EXPECT_EQ(cache.find_fresh("b", 0), nullptr);
}

TEST_F(Cache, keeps_a_sound_that_was_asked_for_while_fresh)
{
    media::Freshness freshness;
    freshness.lifetime = 1s;
    add("a", "a sound", freshness);
    add("b", "a sound", freshness);
    EXPECT_NE(cache.find_fresh("a", 0), nullptr);
    add("c");
    EXPECT_TRUE(has("a"));
    EXPECT_FALSE(has("b"));
}

TEST_F(Cache, removes_nothing_that_is_played)
{
    const auto played = add("a");
    add("b");
    add("c");
    EXPECT_TRUE(has("a"));
    EXPECT_FALSE(has("b"));
    const auto other = add("d");
    const std::string path = cache.write("a sound", ".wav").value();
    EXPECT_THAT(cache.adopt("e", path, 7, {}, 0).error(),
                HasSubstr("there is no room for it: 14 bytes of sounds are being played, and "
                          "media.cache_bytes_max is 20"));
    EXPECT_FALSE(std::filesystem::exists(path));
    EXPECT_TRUE(std::filesystem::exists(played->path));
}

TEST_F(Cache, gives_a_newer_sound_while_the_older_one_is_played)
{
    const auto older = add("a", "old");
    const auto newer = add("a", "new");
    EXPECT_EQ(cache.find("a")->file, newer);
    EXPECT_TRUE(std::filesystem::exists(older->path));
    std::ifstream file(newer->path);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "new");
}

TEST_F(Cache, keeps_what_a_server_says_of_a_sound)
{
    media::Freshness freshness;
    freshness.lifetime = 1s;
    freshness.etag = "one";
    add("a", "a sound", freshness);
    EXPECT_EQ(cache.find("a")->fresh_until, second_ns);
    freshness.etag.clear();
    freshness.last_modified = "today";
    cache.renew("a", freshness, second_ns);
    EXPECT_EQ(cache.find("a")->fresh_until, 2 * second_ns);
    EXPECT_EQ(cache.find("a")->freshness.conditions(),
              "If-None-Match: one\r\nIf-Modified-Since: today\r\n");
    freshness.may_be_kept = false;
    cache.renew("a", freshness, 0);
    EXPECT_FALSE(has("a"));
}

TEST_F(Cache, removes_what_an_earlier_engine_has_left_and_nothing_else)
{
    add("a");
    std::ofstream(folder.path() / "other") << "x";
    const media::Cache next(folder.path(), 20);
    std::size_t files = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder.path())) {
        ++files;
    }
    EXPECT_EQ(files, 1U);
    EXPECT_TRUE(std::filesystem::exists(folder.path() / "other"));
}

TEST_F(Cache, says_what_it_cannot_write)
{
    std::filesystem::remove_all(folder.path());
    EXPECT_THAT(cache.write("x", ".wav").error(), HasSubstr("cannot be written: No such"));
}

}  // namespace
}  // namespace pivot::test
