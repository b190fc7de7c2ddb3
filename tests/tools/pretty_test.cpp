#include "pivot/pretty.hpp"

#include <gtest/gtest.h>

namespace pivot::tools {
namespace {

TEST(Pretty, people_see_a_line_for_each_member)
{
    EXPECT_EQ(
        pretty(R"({"a":[],"b":{},"c":[1,{"d":"{\"[,:"}]})"),
        "{\n  \"a\": [],\n  \"b\": {},\n  \"c\": [\n    1,\n    {\n      \"d\": \"{\\\"[,:\"\n"
        "    }\n  ]\n}");
    EXPECT_EQ(pretty("3"), "3");
}

TEST(Pretty, white_space_is_replaced)
{
    EXPECT_EQ(pretty("[ 1,\n\t2 ]"), "[\n  1,\n  2\n]");
}

}  // namespace
}  // namespace pivot::tools
