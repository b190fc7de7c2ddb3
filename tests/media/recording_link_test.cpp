#include "media/recording_link.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>

namespace pivot::test {
namespace {

using media::LinkFault;
using media::read_link;
using testing::StartsWith;

constexpr std::string_view base = "https://pivot.example.com/r";
const std::vector<std::string> keys = {"new key", "old key"};

std::string link_of(std::string_view account = "a1", std::string_view key = "new key")
{
    return media::signed_link(base, {std::string(account), "0a1b", 2'000}, key);
}

// What follows the operator's URL.
std::string segments_of(const std::string& link)
{
    return link.substr(base.size() + 1);
}

LinkFault fault_of(const std::string& segments, std::int64_t now = 1'000)
{
    const auto read = read_link(segments, keys, now);
    EXPECT_FALSE(read) << segments;
    return read ? LinkFault::malformed : read.error();
}

TEST(RecordingLink, leads_to_its_recording_with_and_without_an_ending)
{
    EXPECT_THAT(link_of(), StartsWith("https://pivot.example.com/r/a1/0a1b.2000."));
    for (const char* ending : {"", ".wav", ".mp3"}) {
        const auto read = read_link(segments_of(link_of()) + ending, keys, 1'000);
        ASSERT_TRUE(read) << ending;
        EXPECT_EQ(read->link.account_id, "a1");
        EXPECT_EQ(read->link.id, "0a1b");
        EXPECT_EQ(read->ending, ending);
    }
}

TEST(RecordingLink, may_be_signed_with_the_key_before)
{
    EXPECT_TRUE(read_link(segments_of(link_of("a1", "old key")), keys, 1'000));
    EXPECT_EQ(fault_of(segments_of(link_of("a1", "another"))), LinkFault::forged);
}

TEST(RecordingLink, is_of_any_account_id)
{
    for (const char* account : {"", "-", "a/b", "a.b", "ä %", "..", "a%2Fb"}) {
        const auto read = read_link(segments_of(link_of(account)), keys, 1'000);
        ASSERT_TRUE(read) << account;
        EXPECT_EQ(read->link.account_id, account);
    }
}

TEST(RecordingLink, expires)
{
    EXPECT_TRUE(read_link(segments_of(link_of()), keys, 1'999));
    EXPECT_EQ(fault_of(segments_of(link_of()), 2'000), LinkFault::expired);
}

TEST(RecordingLink, is_forged_if_anything_in_it_is_changed)
{
    const std::string good = segments_of(link_of());
    for (std::size_t i = 0; i < good.size(); ++i) {
        std::string changed = good;
        changed[i] = changed[i] == '1' ? '2' : '1';
        EXPECT_FALSE(read_link(changed, keys, 1'000)) << changed;
    }
    EXPECT_FALSE(read_link(good.substr(0, good.size() - 1), keys, 1'000));
    EXPECT_FALSE(read_link(good + "0", keys, 1'000));
}

TEST(RecordingLink, has_no_path_in_it)
{
    for (const char* wrong : {"", "/", "a1", "a1/", "a1/../x.1.2", "a1/x/y.1.2", "a1/.1.2",
                              "a1/x.y.2", "a1/x.1", "/x.1.2", "a1/x.99999999999999999999.2"}) {
        EXPECT_FALSE(read_link(wrong, keys, 1'000)) << wrong;
    }
}

TEST(RecordingLink, without_a_key_is_never_good)
{
    const std::vector<std::string> none = {"", ""};
    EXPECT_FALSE(read_link(segments_of(link_of("a1", "")), none, 1'000));
}

}  // namespace
}  // namespace pivot::test
