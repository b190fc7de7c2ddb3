// The table of modules matches the published schemas of KAZOO 4 and of KAZOO 5, no more and no
// less.
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

    bool has(std::string_view name) const
    {
        return std::filesystem::exists(folder_ / (std::string(name) + ".json"));
    }

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

    // Alternatives that each require some keys, in the words of a table.
    static std::string keys_of(json::Value alternatives)
    {
        std::set<std::string> all;
        for (const json::Value alternative : alternatives.elements()) {
            std::vector<std::string_view> keys;
            for (const auto key : alternative.find("required")->elements()) {
                keys.push_back(key.text());
            }
            all.insert(fmt::format("{}", fmt::join(keys, "+")));
        }
        return fmt::format("{}", fmt::join(all, " "));
    }

    // The kinds of all, and the facts of each.
    void add_alternatives(json::Value alternatives, const std::string& at)
    {
        if ((*alternatives.elements().begin()).find("required")) {
            facts_[at + " either"] = keys_of(alternatives);
            return;
        }
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
        case Form::extension_header: return "^[x|X]-";
        case Form::header_name: return "^[a-zA-z0-9_\\-]+$";
        case Form::header_value: return "";
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

// A table as one generation reads it.
class TableFacts {
public:
    explicit TableFacts(Generation generation) : generation_(generation) {}

    Facts of(const Module& module)
    {
        Facts facts = of(module.properties);
        if (generation_ == Generation::five && !module.differences.either.empty()) {
            facts[" either"] = sorted(module.differences.either);
        }
        return facts;
    }

    Facts of(std::span<const Property> properties)
    {
        facts_.clear();
        facts_[" type"] = "\"object\"";
        add_properties(properties, "");
        return facts_;
    }

private:
    void add_rule(const Rule& rule, const std::string& at)
    {
        const std::pair<json::Kind, std::string_view> types[] = {
            {json::Kind::array, "\"array\""},
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
        facts_[at + " type"] = type;
        if (rule.form != Form::any) facts_[at + " form"] = pattern_of(rule.form);
        if (rule.is_unique) facts_[at + " uniqueItems"] = "true";
        if (rule.is_url) facts_[at + " kazoo-validation"] = "true";
        if (rule.size_min != unbounded.size_min) {
            facts_[at + (is_array ? " minItems" : " minLength")] = std::to_string(rule.size_min);
        }
        if (rule.size_max != unbounded.size_max)
            facts_[at + " maxLength"] = std::to_string(rule.size_max);
        if (rule.minimum != unbounded.minimum)
            facts_[at + " minimum"] = std::to_string(rule.minimum);
        if (rule.maximum != unbounded.maximum)
            facts_[at + " maximum"] = std::to_string(rule.maximum);
        if (!rule.choices.empty()) facts_[at + " enum"] = sorted(rule.choices);
        if (rule.preset) {
            facts_[at + " default"] = type == "\"string\"" ? fmt::format("\"{}\"", *rule.preset)
                                                           : std::string(*rule.preset);
        }
        add_properties(rule.properties, at);
        for (const Variant& variant : rule.variants) {
            const std::string below = fmt::format("{}<{}>", at, variant.name);
            facts_[below + " type"] = "\"object\"";
            add_properties(variant.properties, below);
        }
        if (rule.element != nullptr) add_rule(*rule.element, at + "/[]");
        if (rule.member != nullptr) {
            facts_[at + " names"] = pattern_of(rule.member_form);
            facts_[at + " additionalProperties"] = "false";
            if (rule.member != &anything) add_rule(*rule.member, at + "/*");
        }
        if (rule.alternative != nullptr) add_rule(*rule.alternative, at + "<alternative>");
    }

    void add_properties(std::span<const Property> properties, const std::string& at)
    {
        for (const Property& property : properties) {
            if (!property.rule.is_in(generation_) || property.rule.kinds == node.kinds) continue;
            const std::string below = fmt::format("{}/{}", at, property.name);
            facts_[below + " is listed"] = "";
            if (property.rule.is_required) facts_[below + " required"] = "";
            add_rule(property.rule, below);
        }
    }

    Generation generation_;
    Facts facts_;
};

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

// Where Pivot means to differ: a request has no headers that replace its own (which no schema
// refuses), and `flow_type` may be absent, as KAZOO's pages say.
void forget_headers_and_flow_type(Facts& facts)
{
    std::erase_if(facts, [](const auto& fact) {
        return fact.first.starts_with("/custom_request_headers") ||
               fact.first == "/serverless/flow_type required";
    });
}

struct Edition {
    const char* folder;
    Generation generation;
};

class Schema : public testing::TestWithParam<Edition> {
protected:
    void SetUp() override
    {
        if (!std::filesystem::exists(folder_ / "callflows.json")) {
            GTEST_SKIP() << folder_ << " is not there: nothing to compare with";
        }
    }

    std::filesystem::path folder_ = test::shared_folder() / GetParam().folder;
    Generation generation_ = GetParam().generation;
};

INSTANTIATE_TEST_SUITE_P(Kazoo, Schema,
                         testing::Values(Edition{"schemas", Generation::four},
                                         Edition{"schemas-kazoo5", Generation::five}),
                         [](const auto& edition) {
                             return edition.param.generation == Generation::four ? "4" : "5";
                         });

TEST_P(Schema, every_module_has_one_and_says_the_same)
{
    SchemaFacts schemas(folder_);
    TableFacts tables(generation_);
    for (const Module& module : all_modules()) {
        const std::string name = fmt::format("callflows.{}", module.name);
        const bool is_known = generation_ == Generation::five || !module.differences.is_new;
        EXPECT_EQ(schemas.has(name), is_known) << name;
        if (!schemas.has(name)) continue;
        Facts schema = schemas.of(name);
        Facts table = tables.of(module);
        forget_empty(schema);
        if (module.name == "pivot") {
            forget_headers_and_flow_type(schema);
            forget_headers_and_flow_type(table);
        }
        EXPECT_EQ(differences(schema, table), "") << module.name;
    }
}

TEST_P(Schema, a_stored_callflow_has_one_and_says_the_same)
{
    SchemaFacts schemas(folder_);
    TableFacts tables(generation_);
    Facts schema = schemas.of("callflows");
    // A callflow that is stored under KAZOO 4 may be without a flow, so any may.
    schema.erase("/flow required");
    EXPECT_EQ(differences(schema, tables.of(stored_callflow_data)), "");

    Facts metaflows = schemas.of("metaflows");
    EXPECT_EQ(metaflows.erase("/binding_digit minLength"), 1U);  // the choices say so
    EXPECT_EQ(metaflows.erase("/binding_digit maxLength"), 1U);
    EXPECT_EQ(differences(metaflows, tables.of(metaflow_data)), "");
}

TEST_P(Schema, no_module_is_left_out)
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
