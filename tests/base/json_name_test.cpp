#include "base/json_name.hpp"

#include "exact.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace pivot::json {
namespace {

TEST(Spelling, names_of_up_to_16_bytes_are_equal_where_it_is)
{
    for (std::size_t size = 0; size <= 16; ++size) {
        const ExactCopy name(std::string(size, 'n'));
        const Spelling spelling(name.text());
        EXPECT_TRUE(spelling.is_whole());
        EXPECT_EQ(spelling, Spelling(std::string(size, 'n')));
        EXPECT_NE(spelling, Spelling(std::string(size + 1, 'n')));
        for (std::size_t at = 0; at < size; ++at) {
            std::string other(name.text());
            other[at] = 'm';
            EXPECT_NE(spelling, Spelling(other)) << other;
        }
    }
    EXPECT_FALSE(Spelling("seventeen_letters").is_whole());
}

TEST(Spelling, a_name_with_zeros_is_another)
{
    EXPECT_NE(Spelling("a"), Spelling(std::string_view("a\0", 2)));
    EXPECT_NE(Spelling("abc"), Spelling(std::string_view("abc\0", 4)));
    EXPECT_NE(Spelling(""), Spelling(std::string_view("\0", 1)));
}

TEST(Spelling, hashes_of_like_names_are_spread)
{
    std::set<std::uint64_t> tops;
    for (int i = 0; i < 64; ++i) {
        tops.insert(Spelling("customer_field_" + std::to_string(i)).hash() >> 56);
    }
    EXPECT_GT(tops.size(), 40U);
}

TEST(Spelling, a_compiler_and_a_machine_spell_alike)
{
    constexpr Spelling compiled("time_limit");
    const std::string name = "time_limit";
    EXPECT_EQ(compiled, Spelling(name));
    EXPECT_EQ(compiled.hash(), Spelling(name).hash());
}

}  // namespace
}  // namespace pivot::json
