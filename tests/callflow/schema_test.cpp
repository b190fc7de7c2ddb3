// The table of modules matches KAZOO's published schemas, no more and no less.
#include "callflow/modules.hpp"
#include "callflow/stored_callflow.hpp"
#include "shared.hpp"
#include "verdict.hpp"

#include <map>
#include <set>
#include <sstream>

#include <fmt/ranges.h>
#include <gtest/gtest.h>

namespace pivot::callflow {
namespace {

using Facts = std::map<std::string, std::string>;  // by pointer and keyword

// Keywords that say nothing about what is valid, or that KAZOO does not enforce.
const std::set<std::string_view> silent = {"description", "support_level", "$schema", "_id"};

// Trees of nodes, which the validator walks without a table.
const std::set<std::string_view> trees = {"callflows.action", "metaflow", "metaflows"};

std::string compact(json::Value value)
{
    std::string out;
    json::append_value(out, value);
    return out;
}

// A schema as facts, references followed.
class SchemaFacts {
public:
    explicit SchemaFacts(std::filesystem::path folder) : folder_(std::move(folder)) {}

    Facts of(std::string_view name)
    {
        facts_.clear();
        add_file(name, "");
        return facts_;
    }

private:
    void add_file(std::string_view name, const std::string& at)
    {
        json::Document document;
        const std::string text = test::read_file(folder_ / (std::string(name) + ".json"));
        const auto schema = document.read(text);
        ASSERT_TRUE(schema) << name << ": " << schema.error().message;
        add(*schema, at);
    }

    void add(json::Value schema, const std::string& at)
    {
        for (const auto [keyword, value] : schema.members()) {
            if (silent.contains(keyword)) continue;
            if (keyword == "$ref" && trees.contains(value.text())) {
                facts_.erase(at + " is listed");
            } else if (keyword == "$ref") {
                add_file(value.text(), at);
            } else if (keyword == "properties") {
                for (const auto [name, property] : value.members()) {
                    const std::string below = fmt::format("{}/{}", at, name);
                    facts_[below + " is listed"] = "";
                    add(property, below);
                }
            } else if (keyword == "items") {
                add(value, at + "/[]");
            } else if (keyword == "required") {
                for (const json::Value name : value.elements()) {
                    facts_[fmt::format("{}/{} required", at, name.text())] = "";
                }
            } else if (keyword == "oneOf" || keyword == "anyOf") {
                add_alternatives(value, at);
            } else if (keyword == "patternProperties") {
                for (const auto [pattern, property] : value.members()) {
                    facts_[at + " names"] = pattern;
                    add(property, at + "/*");
                }
            } else if (keyword == "format") {
                if (value.text() == "email") facts_[at + " form"] = "email";
            } else if (keyword == "pattern") {
                facts_[at + " form"] = value.text();
            } else if (keyword == "enum") {
                std::set<std::string_view> choices;
                for (const json::Value choice : value.elements()) choices.insert(choice.text());
                facts_[at + " enum"] = fmt::format("{}", fmt::join(choices, " "));
            } else {
                facts_[fmt::format("{} {}", at, keyword)] = compact(value);
            }
        }
    }

    // The kinds of all, and the facts of each.
    void add_alternatives(json::Value alternatives, const std::string& at)
    {
        std::set<std::string> types;
        for (const json::Value alternative : alternatives.elements()) {
            if (alternative.find("$ref") && alternative.find("properties")) {
                const auto kind = alternative.find("properties")->find("macro");
                const std::string_view name = (*kind->find("enum")->elements().begin()).text();
                add_file(alternative.find("$ref")->text(), fmt::format("{}<{}>", at, name));
            } else if (alternative.find("$ref")) {
                add_file(alternative.find("$ref")->text(), at + "<alternative>");
            } else {
                add(alternative, at);
                if (const auto type = alternative.find("type")) types.insert(compact(*type));
            }
        }
        if (types.empty()) return;
        std::string all;
        for (const std::string& type : types) all += type;
        facts_[at + " type"] = all;
        facts_.erase(at + " default");  // never written in without a single type
    }

    std::filesystem::path folder_;
    Facts facts_;
};

std::string_view pattern_of(Form form)
{
    switch (form) {
        case Form::any: return "";
        case Form::digits: return "^[0-9]+$";
        case Form::email: return "email";
        case Form::header_name: return "^[a-zA-z0-9_\\-]+$";
        case Form::language_tag: return "^[A-Za-z]{2}(-[A-Za-z]{2})?$";
        case Form::not_empty: return ".+";
        case Form::web_address: return "^https?://";
    }
    return "";
}

std::string sorted(std::string_view choices)
{
    std::set<std::string> words;
    std::istringstream stream{std::string(choices)};
    for (std::string word; stream >> word;) words.insert(word);
    return fmt::format("{}", fmt::join(words, " "));
}

void add_properties(Facts& facts, std::span<const Property> properties, const std::string& at);

void add_rule(Facts& facts, const Rule& rule, const std::string& at)
{
    const std::pair<json::Kind, std::string_view> types[] = {{json::Kind::array, "\"array\""},
                                                             {json::Kind::boolean, "\"boolean\""},
                                                             {json::Kind::integer, "\"integer\""},
                                                             {json::Kind::object, "\"object\""},
                                                             {json::Kind::string, "\"string\""}};
    const Rule unbounded{0};
    std::string type;
    for (const auto& [kind, name] : types) {
        if (rule.takes(kind)) type += name;
    }
    const bool is_array = rule.takes(json::Kind::array);
    facts[at + " type"] = type;
    if (rule.form != Form::any) facts[at + " form"] = pattern_of(rule.form);
    if (rule.is_unique) facts[at + " uniqueItems"] = "true";
    if (rule.is_url) facts[at + " kazoo-validation"] = "true";
    if (rule.size_min != unbounded.size_min) {
        facts[at + (is_array ? " minItems" : " minLength")] = std::to_string(rule.size_min);
    }
    if (rule.size_max != unbounded.size_max)
        facts[at + " maxLength"] = std::to_string(rule.size_max);
    if (rule.minimum != unbounded.minimum) facts[at + " minimum"] = std::to_string(rule.minimum);
    if (rule.maximum != unbounded.maximum) facts[at + " maximum"] = std::to_string(rule.maximum);
    if (!rule.choices.empty()) facts[at + " enum"] = sorted(rule.choices);
    if (rule.preset) {
        facts[at + " default"] =
            type == "\"string\"" ? fmt::format("\"{}\"", *rule.preset) : std::string(*rule.preset);
    }
    add_properties(facts, rule.properties, at);
    for (const Variant& variant : rule.variants) {
        const std::string below = fmt::format("{}<{}>", at, variant.name);
        facts[below + " type"] = "\"object\"";
        add_properties(facts, variant.properties, below);
    }
    if (rule.element != nullptr) add_rule(facts, *rule.element, at + "/[]");
    if (rule.member != nullptr) {
        facts[at + " names"] = pattern_of(rule.member_form);
        facts[at + " additionalProperties"] = "false";
        if (rule.member != &anything) add_rule(facts, *rule.member, at + "/*");
    }
    if (rule.alternative != nullptr) add_rule(facts, *rule.alternative, at + "<alternative>");
}

void add_properties(Facts& facts, std::span<const Property> properties, const std::string& at)
{
    for (const Property& property : properties) {
        const std::string below = fmt::format("{}/{}", at, property.name);
        facts[below + " is listed"] = "";
        if (property.rule.is_required) facts[below + " required"] = "";
        add_rule(facts, property.rule, below);
    }
}

Facts facts_of(std::span<const Property> properties)
{
    Facts facts;
    facts[" type"] = "\"object\"";
    add_properties(facts, properties, "");
    return facts;
}

std::string differences(const Facts& schema, const Facts& table)
{
    std::string out;
    for (const auto& [fact, value] : schema) {
        const auto found = table.find(fact);
        if (found == table.end()) {
            out += fmt::format("only in the schema: {} = {}\n", fact, value);
        } else if (found->second != value) {
            out +=
                fmt::format("{}: {} in the schema, {} in the table\n", fact, value, found->second);
        }
    }
    for (const auto& [fact, value] : table) {
        if (!schema.contains(fact)) out += fmt::format("only in the table: {} = {}\n", fact, value);
    }
    return out;
}

// What the table need not say.
void forget_empty(Facts& schema)
{
    // No array is shorter than that.
    std::erase_if(schema, [](const auto& fact) {
        return fact.first.ends_with(" minItems") && fact.second == "0";
    });
}

class Schema : public testing::Test {
protected:
    void SetUp() override
    {
        if (!std::filesystem::exists(folder_ / "callflows.json")) {
            GTEST_SKIP() << folder_ << " is not there: nothing to compare with";
        }
    }

    std::filesystem::path folder_ = test::shared_folder() / "schemas";
};

TEST_F(Schema, every_module_has_one_and_says_the_same)
{
    SchemaFacts schemas(folder_);
    for (const Module& module : all_modules()) {
        Facts schema = schemas.of(fmt::format("callflows.{}", module.name));
        forget_empty(schema);
        EXPECT_EQ(differences(schema, facts_of(module.properties)), "") << module.name;
    }
}

TEST_F(Schema, a_stored_callflow_has_one_and_says_the_same)
{
    SchemaFacts schemas(folder_);
    EXPECT_EQ(differences(schemas.of("callflows"), facts_of(stored_callflow_data)), "");

    Facts metaflows = schemas.of("metaflows");
    EXPECT_EQ(metaflows.erase("/binding_digit minLength"), 1U);  // the choices say so
    EXPECT_EQ(metaflows.erase("/binding_digit maxLength"), 1U);
    EXPECT_EQ(differences(metaflows, facts_of(metaflow_data)), "");
}

TEST_F(Schema, no_module_is_left_out)
{
    const std::set<std::string> without_module = {
        "callflows.action", "callflows.audio_macro.prompt", "callflows.audio_macro.say",
        "callflows.audio_macro.tone"};
    for (const auto& file : std::filesystem::directory_iterator(folder_)) {
        const std::string name = file.path().stem();
        if (!name.starts_with("callflows.") || without_module.contains(name)) continue;
        EXPECT_NE(find_module(name.substr(10)), nullptr) << name;
    }
}

}  // namespace
}  // namespace pivot::callflow
