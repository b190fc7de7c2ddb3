#include "pivot/serve/recordings/local_links.hpp"

#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pivot::tools {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

EngineConfig recording_config()
{
    EngineConfig config;
    config.session.keeps_recordings = true;
    return config;
}

TEST(ServeLocalLinks, lead_to_the_api_as_this_machine_reaches_it)
{
    for (const auto& [address, url] : {std::pair{"127.0.0.1:8080", "http://127.0.0.1:8080/r"},
                                       std::pair{"0.0.0.0:8080", "http://127.0.0.1:8080/r"},
                                       std::pair{"[::]:8080", "http://[::1]:8080/r"},
                                       std::pair{"10.0.0.5:8080", "http://10.0.0.5:8080/r"}}) {
        EngineConfig config = recording_config();
        EXPECT_THAT(LocalLinks({address}, false).complete(config), HasSubstr(url));
        EXPECT_EQ(config.media.recordings_url, url);
    }
    EngineConfig config = recording_config();
    EXPECT_THAT(LocalLinks({"[::1]:8443"}, true).complete(config), Not(IsEmpty()));
    EXPECT_EQ(config.media.recordings_url, "https://[::1]:8443/r");
}

TEST(ServeLocalLinks, keep_their_key_when_the_settings_are_read_again)
{
    const LocalLinks links({"127.0.0.1:8080"}, false);
    EngineConfig before = recording_config();
    EngineConfig after = recording_config();
    EXPECT_THAT(links.complete(before), HasSubstr("until the next start"));
    links.complete(after);
    EXPECT_THAT(before.media.recordings_key, Not(IsEmpty()));
    EXPECT_EQ(before.media.recordings_key, after.media.recordings_key);
}

TEST(ServeLocalLinks, have_the_key_of_the_operator)
{
    EngineConfig config = recording_config();
    config.media.recordings_key = "secret";
    const std::string warning = LocalLinks({"127.0.0.1:8080"}, false).complete(config);
    EXPECT_THAT(warning, Not(HasSubstr("until the next start")));
    EXPECT_EQ(config.media.recordings_key, "secret");
}

TEST(ServeLocalLinks, cannot_be_without_the_api)
{
    EngineConfig config = recording_config();
    EXPECT_THAT(LocalLinks({}, false).complete(config), HasSubstr("set api.listen"));
    EXPECT_EQ(config.media.recordings_url, "");
}

TEST(ServeLocalLinks, are_not_needed_where_a_url_is_set_or_nothing_is_recorded)
{
    const LocalLinks links({"127.0.0.1:8080"}, false);
    EngineConfig set = recording_config();
    set.media.recordings_url = "https://pivot.example.com/r";
    EXPECT_EQ(links.complete(set), "");
    EXPECT_EQ(set.media.recordings_url, "https://pivot.example.com/r");
    EngineConfig nothing;
    EXPECT_EQ(links.complete(nothing), "");
    EXPECT_EQ(nothing.media.recordings_url, "");
}

}  // namespace
}  // namespace pivot::tools
