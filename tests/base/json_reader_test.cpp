#include "base/json_reader.hpp"

#include <chrono>
#include <map>

#include <gtest/gtest.h>

namespace pivot::json {
namespace {

using std::chrono::seconds;

struct Lamp {
    std::string name = "unnamed";
    bool is_lit = true;
    std::optional<seconds> period;
    unsigned watts = 40;
    int colour = 0;
    std::vector<std::string> rooms;
    std::map<std::string, std::string> labels;
    std::string extra;
    std::string owner;
};

tl::expected<void, std::string> check_lower(std::string_view text)
{
    if (text.find('X') == text.npos) return {};
    return tl::unexpected(std::string("has an X"));
}

// What is wrong with `text`, one line each.
std::string read(std::string_view text, Lamp& lamp, Nulls nulls = Nulls::are_wrong)
{
    static constexpr Choice<int> colours[] = {{"red", 1}, {"green", 2}, {"blue", 3}};
    Document document;
    Breaches breaches;
    ObjectReader reader(*document.read(text), "/lamp", breaches, nulls);
    reader.required_text("name", lamp.name, check_lower);
    reader.flag("lit", lamp.is_lit);
    reader.number("period", lamp.period, 1, 10);
    reader.number("watts", lamp.watts, 1, 100);
    reader.choice("colour", lamp.colour, colours);
    reader.texts("rooms", lamp.rooms, check_lower);
    reader.text_map("labels", lamp.labels);
    reader.object_text("extra", lamp.extra);
    auto owner = reader.object("owner");
    owner.text("name", lamp.owner);
    owner.finish("a key of an owner");
    const std::vector<std::string> elsewhere = {"/lamp/owner/address"};
    reader.finish("a key of a lamp", elsewhere);
    std::string lines;
    for (const auto& [at, error] : std::move(breaches).to_list()) lines += at + ": " + error + '\n';
    return lines;
}

std::string wrong(std::string_view text)
{
    Lamp lamp;
    return read(text, lamp);
}

TEST(ObjectReader, members_become_fields)
{
    Lamp lamp;
    EXPECT_EQ(read(R"({"name":"a","lit":false,"period":3,"watts":7,"colour":"blue",
                       "rooms":["hall","attic"],"labels":{"k":"v"},"extra":{"n":[1.0]},
                       "owner":{"name":"ann"}})",
                   lamp),
              "");
    EXPECT_EQ(lamp.name, "a");
    EXPECT_FALSE(lamp.is_lit);
    EXPECT_EQ(lamp.period, seconds(3));
    EXPECT_EQ(lamp.watts, 7U);
    EXPECT_EQ(lamp.colour, 3);
    EXPECT_EQ(lamp.rooms, (std::vector<std::string>{"hall", "attic"}));
    EXPECT_EQ(lamp.labels.at("k"), "v");
    EXPECT_EQ(lamp.extra, R"({"n":[1.0]})");
    EXPECT_EQ(lamp.owner, "ann");
}

TEST(ObjectReader, a_field_keeps_its_value_where_the_member_is_absent)
{
    Lamp lamp;
    EXPECT_EQ(read(R"({"name":"a"})", lamp), "");
    EXPECT_TRUE(lamp.is_lit);
    EXPECT_EQ(lamp.period, std::nullopt);
    EXPECT_EQ(lamp.watts, 40U);
}

TEST(ObjectReader, a_null_is_wrong_or_absent_as_the_format_has_it)
{
    Lamp lamp;
    constexpr std::string_view text = R"({"name":null,"lit":null})";
    EXPECT_EQ(read(text, lamp),
              "/lamp/name: expected a string, found null\n"
              "/lamp/lit: expected a boolean, found null\n");
    EXPECT_EQ(read(text, lamp, Nulls::are_absent), "/lamp/name: is missing\n");
}

TEST(ObjectReader, every_mistake_is_found_in_one_run)
{
    EXPECT_EQ(
        wrong(R"({"name":7,"lit":"no","period":11,"watts":1.0,"colour":"pink","rooms":[1,"aX"],
                       "labels":{"k/l":2},"extra":[],"owner":3})"),
        "/lamp/name: expected a string, found 7\n"
        "/lamp/lit: expected a boolean, found \"no\"\n"
        "/lamp/period: expected an integer from 1 to 10, found 11\n"
        "/lamp/watts: expected an integer from 1 to 100, found 1.0\n"
        "/lamp/colour: expected \"red\", \"green\" or \"blue\", found \"pink\"\n"
        "/lamp/rooms/0: expected a string, found 1\n"
        "/lamp/rooms/1: has an X\n"
        "/lamp/labels/k~1l: expected a string, found 2\n"
        "/lamp/extra: expected an object, found an array\n"
        "/lamp/owner: expected an object, found 3\n");
    EXPECT_EQ(wrong(R"({"name":"","rooms":"hall","labels":[]})"),
              "/lamp/name: is empty\n"
              "/lamp/rooms: expected an array of strings, found \"hall\"\n"
              "/lamp/labels: expected an object of strings, found an array\n");
    EXPECT_EQ(wrong("{}"), "/lamp/name: is missing\n");
    EXPECT_EQ(wrong("[]"), "/lamp: expected an object, found an array\n");
}

TEST(ObjectReader, a_member_that_nobody_asked_for_is_reported_with_what_was_meant)
{
    EXPECT_EQ(wrong(R"({"name":"a","wats":1,"owner":{"nme":"b"}})"),
              "/lamp/owner/nme: is not a key of an owner: did you mean /lamp/owner/name?\n"
              "/lamp/wats: is not a key of a lamp: did you mean /lamp/watts?\n");
    EXPECT_EQ(wrong(R"({"name":"a","address":1})"),
              "/lamp/address: is not a key of a lamp: did you mean /lamp/owner/address?\n");
    EXPECT_EQ(wrong(R"({"name":"a","switch":1})"),
              "/lamp/switch: is not a key of a lamp: use one of name, lit, period, watts, colour, "
              "rooms, labels, extra, owner\n");
}

}  // namespace
}  // namespace pivot::json
