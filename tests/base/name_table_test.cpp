#include "base/name_table.hpp"

#include <map>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace pivot {
namespace {

struct Numbered {
    const std::string name;
    int number;
};

std::unique_ptr<Numbered> numbered(std::string name, int number)
{
    return std::make_unique<Numbered>(std::move(name), number);
}

TEST(NameTable, what_was_added_is_found_until_it_is_removed)
{
    NameTable<Numbered> table;
    EXPECT_EQ(table.find("a.example"), nullptr);
    const Numbered& added = table.add(numbered("a.example", 7));
    EXPECT_EQ(table.find("a.example"), &added);
    EXPECT_EQ(table.find("b.example"), nullptr);
    table.remove(added.name);
    EXPECT_EQ(table.find("a.example"), nullptr);
    EXPECT_TRUE(table.empty());
}

TEST(NameTable, agrees_with_a_map_through_a_hundred_thousand_random_changes)
{
    std::mt19937 random(20'26);
    NameTable<Numbered> table;
    std::map<std::string, int> map;
    for (int change = 0; change < 100'000; ++change) {
        // Names come and go; at times there are many, at times few.
        const auto names = change / 10'000 % 2 == 0 ? 3'000U : 30U;
        const auto name = std::to_string(random() % names) + ".example";
        const auto known = map.find(name);
        const Numbered* found = table.find(name);
        ASSERT_EQ(found != nullptr, known != map.end());
        if (found == nullptr) {
            map.emplace(name, change);
            table.add(numbered(name, change));
        } else {
            ASSERT_EQ(found->number, known->second);
            map.erase(known);
            table.remove(name);
        }
        ASSERT_EQ(table.size(), map.size());
    }
    for (const auto& [name, number] : map) {
        ASSERT_NE(table.find(name), nullptr);
        EXPECT_EQ(table.find(name)->number, number);
    }
}

}  // namespace
}  // namespace pivot
