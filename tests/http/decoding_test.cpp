#include "http/decoding.hpp"

#include "gzip.hpp"

#include <string>

#include <gtest/gtest.h>

namespace pivot::http {
namespace {

using test::gzip;

constexpr ResponseLimits limits;

Response encoded(std::string body)
{
    Response response;
    response.body = std::move(body);
    response.is_gzip = true;
    return response;
}

// How many portions it took.
Result<int> decode(Response& response, std::size_t portion_bytes,
                   const ResponseLimits& its = limits)
{
    Decoding decoding(response, its);
    int portions = 0;
    while (!decoding.is_complete()) {
        const std::size_t size_before = response.body.size();
        if (auto decoded = decoding.decode(portion_bytes); !decoded) {
            return tl::unexpected(decoded.error());
        }
        EXPECT_LE(response.body.size(), size_before + portion_bytes);
        ++portions;
    }
    return portions;
}

TEST(Decoding, gives_a_text_in_portions_however_small_its_stream_is)
{
    const std::string text(1'000'000, ' ');
    Response response = encoded(gzip(text));
    ASSERT_LT(response.body.size(), 2'000U);
    const auto portions = decode(response, 65'536);
    ASSERT_TRUE(portions);
    EXPECT_GE(*portions, 16);
    EXPECT_EQ(response.body, text);
    EXPECT_GE(response.body.capacity(), text.size() + body_padding_bytes);
    EXPECT_FALSE(response.is_gzip);
}

TEST(Decoding, is_the_same_in_portions_of_any_size)
{
    std::string text;
    for (int i = 0; i < 3'000; ++i) text += std::to_string(i * i);
    for (const std::size_t portion : {1, 2, 7, 100, 4'096, 1'000'000}) {
        Response response = encoded(gzip(text.substr(0, 5)) + gzip("") + gzip(text.substr(5)));
        ASSERT_TRUE(decode(response, portion));
        EXPECT_EQ(response.body, text) << portion;
    }
}

TEST(Decoding, of_nothing_is_nothing)
{
    Response response = encoded("");
    ASSERT_TRUE(decode(response, 100));
    EXPECT_EQ(response.body, "");
}

TEST(Decoding, fails_where_the_stream_is_cut_or_broken)
{
    const std::string whole = gzip("{\"a\":1}");
    for (std::size_t size = 1; size < whole.size(); ++size) {
        Response response = encoded(whole.substr(0, size));
        const auto decoded = decode(response, 3);
        ASSERT_FALSE(decoded) << size;
        EXPECT_EQ(decoded.error().reason, Reason::protocol);
        EXPECT_EQ(decoded.error().phase, Phase::read);
    }
    Response response = encoded(whole + "x");
    EXPECT_FALSE(decode(response, 100));
}

TEST(Decoding, stops_where_the_text_is_too_large)
{
    const ResponseLimits small{.body_bytes_max = 10};
    Response at_limit = encoded(gzip("0123456789"));
    EXPECT_TRUE(decode(at_limit, 4, small));
    Response over = encoded(gzip("0123456789a"));
    const auto decoded = decode(over, 4, small);
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().reason, Reason::too_large);
}

TEST(Decoding, stops_where_a_stream_says_nothing_for_long)
{
    std::string stream;
    for (int i = 0; i < 1'000; ++i) stream += gzip("");
    Response response = encoded(stream);
    const auto decoded = decode(response, 1'000, {.head_bytes_max = 5'000});
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().reason, Reason::too_large);
}

TEST(Decoding, can_be_undone)
{
    const std::string text(1'000, 'x');
    const std::string stream = gzip(text);
    Response response = encoded(stream);
    {
        Decoding decoding(response, limits);
        ASSERT_TRUE(decoding.decode(10));
        decoding.undo();
    }
    EXPECT_TRUE(response.is_gzip);
    EXPECT_EQ(response.body, stream);
    ASSERT_TRUE(decode(response, 100));
    EXPECT_EQ(response.body, text);
}

}  // namespace
}  // namespace pivot::http
