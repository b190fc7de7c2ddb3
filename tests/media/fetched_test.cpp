#include "media/fetched.hpp"

#include <string>

#include <gtest/gtest.h>

namespace pivot::test {
namespace {

Result<media::Fetched> fetched(int status, const std::string& type, const std::string& url = "/",
                               const std::string& body = "a sound")
{
    http::Response response;
    response.status = status;
    response.content_type = type;
    response.body = body;
    return media::to_fetched(response, *http::Url::parse("http://h.example" + url), 0);
}

TEST(Fetched, has_the_ending_of_its_type_or_of_its_url)
{
    struct Row {
        std::string type;
        std::string url;
        std::string ending;
    };
    const Row rows[] = {
        {"audio/mpeg", "/a.wav", ".mp3"},
        {"Audio/X-Wav; codec=1", "/a", ".wav"},
        {"", "/a.MP3?x=1", ".mp3"},
        {"application/octet-stream", "/a.b/c", ".wav"},
        {"audio/unheard-of", "/a.gsm", ".gsm"},
        {"audio/unheard-of", "/a.longer", ".wav"},
        {"audio/unheard-of", "/a.x%2f", ".wav"},
        {"video/mp4", "/a.mp4", ".mp4"},
    };
    for (const Row& row : rows) {
        const auto sound = fetched(200, row.type, row.url);
        ASSERT_TRUE(sound) << row.type;
        EXPECT_EQ(sound->ending, row.ending) << row.type << " " << row.url;
        EXPECT_EQ(sound->bytes, "a sound");
    }
}

TEST(Fetched, is_a_sound)
{
    EXPECT_EQ(fetched(404, "audio/wav").error().message, "the server answered 404");
    EXPECT_EQ(fetched(206, "audio/wav").error().reason, Reason::status);
    EXPECT_EQ(fetched(200, "text/html", "/a.wav").error().message,
              "the server sent text/html, not a sound");
    EXPECT_EQ(fetched(200, "audio/wav", "/", "").error().reason, Reason::content_type);
    EXPECT_TRUE(fetched(304, "", "/", "")->is_unchanged);
}

}  // namespace
}  // namespace pivot::test
