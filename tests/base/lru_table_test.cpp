#include "base/lru_table.hpp"

#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace pivot {
namespace {

struct Entry : ListHook<Entry> {
    explicit Entry(std::string its_name) : name(std::move(its_name)) {}

    const std::string name;
};

class LruTableTest : public testing::Test {
protected:
    void add(const std::string& name) { table.add(std::make_unique<Entry>(name)); }

    LruTable<Entry> table{2};
};

TEST_F(LruTableTest, an_entry_is_found_by_its_name_until_it_is_removed)
{
    add("a");
    ASSERT_NE(table.find("a"), nullptr);
    EXPECT_EQ(table.find("a")->name, "a");
    EXPECT_EQ(table.find("b"), nullptr);
    table.remove("a");
    EXPECT_EQ(table.find("a"), nullptr);
    EXPECT_EQ(table.size(), 0U);
}

TEST_F(LruTableTest, the_least_recently_used_entry_makes_room)
{
    add("a");
    add("b");
    table.find("a");
    add("c");
    EXPECT_EQ(table.find("b"), nullptr);
    EXPECT_NE(table.find("a"), nullptr);
    EXPECT_NE(table.find("c"), nullptr);
    EXPECT_EQ(table.size(), 2U);
}

}  // namespace
}  // namespace pivot
