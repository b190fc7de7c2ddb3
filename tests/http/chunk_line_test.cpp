#include "http/chunk_line.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace pivot::http {
namespace {

struct Read {
    ChunkLine line;
    std::size_t bytes = 0;
};

Read read(std::string_view text, std::size_t cut)
{
    Read read;
    for (const std::string_view piece : {text.substr(0, cut), text.substr(cut)}) {
        read.bytes += read.line.feed(piece);
    }
    return read;
}

TEST(ChunkLine, ends_with_its_line_wherever_it_is_cut)
{
    for (const std::string text :
         {"1f", "1F", "0001f", "1f ", "1f \t", "1f;a", "1f;a;b", "1f;a=b", "1f;a=b;c=d", "1f ;a=b",
          "1f ; a = b ; c ", "1f;a=\"\"", "1f;a=\"b; c\"", "1f;a=\"b\\\"c\";d", "1f;a=\"b\" ",
          "1f;a =b", "1f;a ;b"}) {
        const std::string line = text + "\r\n";
        for (std::size_t cut = 0; cut <= line.size(); ++cut) {
            const Read got = read(line + "data", cut < line.size() ? cut : line.size());
            ASSERT_TRUE(got.line.is_complete()) << text << ", cut at " << cut;
            EXPECT_EQ(got.line.size_bytes(), 0x1fu) << text;
            EXPECT_EQ(got.bytes, line.size()) << text;
        }
    }
}

TEST(ChunkLine, is_bad_where_readers_might_disagree)
{
    for (const std::string text : {"\r\n",           " 5\r\n",
                                   "-5\r\n",         "+5\r\n",
                                   "0x5\r\n",        "5x\r\n",
                                   "5 5\r\n",        "5\n",
                                   "5;a\n",          "5\r5",
                                   "5;\r\n",         "5;;a\r\n",
                                   "5;=b\r\n",       "5;a=\r\n",
                                   "5;a b\r\n",      "5;a=b c\r\n",
                                   "5;a=\"b\r\n",    "5;a=\"b\nc\"\r\n",
                                   "5;a=\"b\"c\r\n", "5;a=b\"\r\n",
                                   "5;\x01\r\n",     "10000000000000000\r\n"}) {
        for (std::size_t cut = 0; cut <= text.size(); ++cut) {
            EXPECT_TRUE(read(text, cut).line.is_bad()) << text << ", cut at " << cut;
        }
    }
    EXPECT_TRUE(read(std::string("5;\0\r\n", 5), 1).line.is_bad());
}

TEST(ChunkLine, of_the_largest_size_is_read)
{
    EXPECT_EQ(read("ffffffffffffffff\r\n", 3).line.size_bytes(), 0xffff'ffff'ffff'ffffu);
}

}  // namespace
}  // namespace pivot::http
