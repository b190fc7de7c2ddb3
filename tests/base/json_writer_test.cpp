#include "base/json_writer.hpp"

#include <gtest/gtest.h>

namespace pivot::json {
namespace {

// What is written between `start` and `finish`, after what was there.
template <typename Write>
std::string written(std::string before, Write write)
{
    Writer writer;
    writer.start(before, 0);
    write(writer);
    writer.finish();
    return before;
}

TEST(JsonWriter, a_bracket_replaces_the_comma_after_the_last_value)
{
    const auto write = [](Writer& writer) {
        writer.open('{');
        writer.add_name("a");
        writer.open('[');
        writer.add_string("x\n");
        writer.add_string("");
        writer.close(']');
        writer.add_name("b");
        writer.open('{');
        writer.close('}');
        writer.close('}');
    };
    EXPECT_EQ(written("", write), R"({"a":["x\n",""],"b":{}})");
    EXPECT_EQ(written("behind,", write), R"(behind,{"a":["x\n",""],"b":{}})");
}

TEST(JsonWriter, nothing_written_leaves_the_string_as_it_was)
{
    EXPECT_EQ(written("a,", [](Writer&) {}), "a,");
}

TEST(JsonWriter, what_was_cut_off_is_not_there)
{
    EXPECT_EQ(written("",
                      [](Writer& writer) {
                          writer.open('[');
                          writer.add_string("kept");
                          const std::size_t size = writer.size();
                          writer.open('{');
                          writer.add_string(std::string(1000, 'x'));
                          writer.cut(size);
                          writer.close(']');
                      }),
              R"(["kept"])");
}

TEST(JsonWriter, the_string_grows_with_what_is_written)
{
    std::string expected = "[";
    const std::string out = written("", [&](Writer& writer) {
        writer.open('[');
        for (std::size_t size = 0; size < 300; ++size) {
            writer.add_string(std::string(size, 'x'));
            expected += '"' + std::string(size, 'x') + "\",";
        }
        writer.close(']');
    });
    expected.back() = ']';
    EXPECT_EQ(out, expected);
}

TEST(JsonWriter, small_pieces_after_a_long_string_cost_no_more)
{
    std::string out(1 << 20, 'x');
    for (int i = 0; i < 100000; ++i) append_quoted(out, "y");
    EXPECT_EQ(out.size(), (1U << 20) + 300000);
}

}  // namespace
}  // namespace pivot::json
