#include "callflow/own_modules.hpp"

#include "verdict.hpp"

#include <gtest/gtest.h>

namespace pivot::callflow {
namespace {

FlowRules with(const std::map<std::string, std::string>& schemas)
{
    auto own = OwnModules::read(schemas);
    EXPECT_TRUE(own) << own.error();
    FlowRules rules;
    if (own) rules.own_modules = *own;
    return rules;
}

std::string mistake(const std::string& schema)
{
    const auto own = OwnModules::read({{"shop", schema}});
    return own ? "none" : own.error();
}

TEST(OwnModules, without_a_schema_take_any_object)
{
    const FlowRules rules = with({{"shop", ""}});
    EXPECT_EQ(verdict(R"({"module":"shop","data":{"a":[1]}})", rules),
              R"({"module":"shop","data":{"a":[1]}})");
    EXPECT_EQ(verdict(R"({"module":"shop"})", rules), R"({"module":"shop","data":{}})");
    EXPECT_EQ(verdict(R"({"module":"shop","data":[1]})", rules),
              "/data: must be an object, not an array");
    EXPECT_EQ(verdict(R"({"module":"shopp"})", rules),
              "/module: unknown module \"shopp\": did you mean shop?");
}

TEST(OwnModules, are_held_to_their_schema_and_get_its_defaults)
{
    const FlowRules rules = with({{"shop", R"({"$schema":"x","_id":"y","description":"z",
        "type":"object","required":["id"],"properties":{
            "id":{"type":"string","minLength":2,"maxLength":4},
            "size":{"type":"integer","minimum":1,"maximum":9,"default":3},
            "kind":{"type":"string","enum":["big","small"],"default":"big"},
            "list":{"type":"array","minItems":1,"uniqueItems":true,"items":{"type":"string"}},
            "deep":{"type":"object","default":{},"properties":{"on":{"type":"boolean","default":true}}},
            "any":{"type":["string","null"]},
            "mail":{"type":"string","format":"email"}}})"}});
    EXPECT_EQ(verdict(R"({"module":"shop","data":{"id":"ab","any":null}})", rules),
              R"({"module":"shop","data":{"id":"ab","any":null,"size":3,"kind":"big",)"
              R"("deep":{"on":true}}})");
    EXPECT_EQ(verdict(R"({"module":"shop"})", rules), "/data/id: is required");
    EXPECT_EQ(verdict(R"({"module":"shop","data":{"id":"a","size":0,"kind":"c","list":["x","x"],
                          "mail":"m"}})",
                      rules),
              "/data/id: must have at least 2 characters, not 1\n"
              "/data/size: must be at least 1, not 0\n"
              R"(/data/kind: must be one of "big", "small", not "c")"
              "\n/data/list: must not have \"x\" twice\n"
              "/data/mail: must be an e-mail address, not \"m\"");
}

TEST(OwnModules, have_schemas_of_which_every_rule_is_kept)
{
    EXPECT_TRUE(mistake("{").starts_with("module \"shop\": not JSON")) << mistake("{");
    EXPECT_EQ(mistake(R"({"properties":{"a":{"pattern":"^x"}}})"),
              "module \"shop\": /properties/a/pattern is a keyword that is not supported");
    EXPECT_EQ(mistake(R"({"properties":{"a":{"type":"text"}}})"),
              "module \"shop\": /properties/a/type is not a type");
    EXPECT_EQ(mistake(R"({"required":["b"],"properties":{}})"),
              "module \"shop\": /required names no property");
    EXPECT_EQ(mistake(R"({"type":"string"})"), "module \"shop\": its data is not an object");
    EXPECT_EQ(mistake(R"({"properties":{"a":{"type":"integer","default":"x"}}})"),
              "module \"shop\": /properties/a/default is not of the type of its property");
    EXPECT_EQ(OwnModules::read({{"play", ""}}).error(),
              "module \"play\": KAZOO has a module of this name");
    EXPECT_EQ(OwnModules::read({{"", ""}}).error(), "module \"\": a name has 1 to 64 characters");
}

}  // namespace
}  // namespace pivot::callflow
