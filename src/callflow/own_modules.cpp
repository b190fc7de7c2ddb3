#include "callflow/own_modules.hpp"

#include "base/pass_on.hpp"
#include "base/text.hpp"
#include "callflow/modules.hpp"

#include <algorithm>
#include <deque>
#include <iterator>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace pivot::callflow {

struct OwnModules::Store {
    std::deque<std::string> texts;
    std::deque<Rule> rules;
    std::deque<std::vector<Property>> tables;
};

namespace {

using Checked = tl::expected<void, std::string>;

tl::unexpected<std::string> refuse(const std::string& at, std::string_view why)
{
    return tl::unexpected(fmt::format("{} {}", at.empty() ? "the schema" : at, why));
}

std::string compact(json::Value value)
{
    std::string out;
    json::append_value(out, value);
    return out;
}

std::optional<std::uint8_t> kinds_of(std::string_view type)
{
    using json::Kind;
    if (type == "string") return bit(Kind::string);
    if (type == "integer") return bit(Kind::integer);
    if (type == "number") return bit(Kind::integer) | bit(Kind::decimal);
    if (type == "boolean") return bit(Kind::boolean);
    if (type == "array") return bit(Kind::array);
    if (type == "object") return bit(Kind::object);
    if (type == "null") return bit(Kind::null);
    return std::nullopt;
}

// The keyword is a remark for readers, and refuses nothing.
bool is_comment(std::string_view keyword)
{
    return has_word("$schema _id description id support_level title", keyword);
}

}  // namespace

// Makes a rule of a schema. The store keeps the parts of the rule.
class OwnModules::Reader {
public:
    explicit Reader(Store& store) : store_(store) {}

    // Nesting is limited like that of documents.
    tl::expected<Rule, std::string> read(json::Value schema, const std::string& at)
    {
        if (!schema.is_object()) return refuse(at, "is not an object");
        Rule rule = anything;
        if (const auto type = schema.find("type")) {
            if (auto done = set_type(rule, *type, at); !done) return pass_on(done);
        }
        for (const auto [keyword, value] : schema.members()) {
            auto done = set(rule, keyword, value, json::pointer(at, keyword));
            if (!done) return pass_on(done);
        }
        if (auto done = set_members(rule, schema, at); !done) return pass_on(done);
        return rule;
    }

private:
    Checked set_type(Rule& rule, json::Value type, const std::string& at)
    {
        rule.kinds = 0;
        const auto add = [&](json::Value name) {
            const auto kinds = name.is_string() ? kinds_of(name.text()) : std::nullopt;
            if (kinds) rule.kinds |= *kinds;
            return kinds.has_value();
        };
        bool is_known = true;
        if (type.is_array()) {
            for (const auto name : type.elements()) is_known &= add(name);
        } else {
            is_known = add(type);
        }
        if (!is_known || rule.kinds == 0) return refuse(at + "/type", "is not a type");
        return {};
    }

    Checked set(Rule& rule, std::string_view keyword, json::Value value, const std::string& at)
    {
        if (is_comment(keyword) || has_word("properties required type", keyword)) return {};
        if (keyword == "minimum" || keyword == "maximum")
            return set_bound(rule, keyword, value, at);
        if (has_word("minLength maxLength minItems maxItems", keyword)) {
            return set_size(rule, keyword, value, at);
        }
        if (keyword == "default") return set_default(rule, value, at);
        if (keyword == "enum") return set_choices(rule, value, at);
        if (keyword == "items") return set_element(rule, value, at);
        if (keyword == "uniqueItems") {
            rule.is_unique = value.is_true();
            return {};
        }
        if (keyword == "format") {
            if (value.text() == "email") rule.form = Form::email;
            return {};
        }
        if (keyword == "additionalProperties" && value.is_true()) return {};
        return refuse(at, "is a keyword that is not supported");
    }

    Checked set_bound(Rule& rule, std::string_view keyword, json::Value value,
                      const std::string& at)
    {
        const auto number = value.integer();
        if (!number) return refuse(at, "is not an integer");
        (keyword == "minimum" ? rule.minimum : rule.maximum) = *number;
        return {};
    }

    Checked set_size(Rule& rule, std::string_view keyword, json::Value value, const std::string& at)
    {
        const auto number = value.integer();
        if (!number || *number < 0) return refuse(at, "is not a size");
        (keyword.starts_with("min") ? rule.size_min : rule.size_max) =
            static_cast<std::size_t>(*number);
        return {};
    }

    // KAZOO fills in no default if a property has several types.
    Checked set_default(Rule& rule, json::Value value, const std::string& at)
    {
        if (rule.kinds != bit(value.kind())) {
            if (rule.takes(value.kind())) return {};
            return refuse(at, "is not of the type of its property");
        }
        const std::string text = value.is_string() ? std::string(value.text()) : compact(value);
        if (value.is_object() && text != "{}") return refuse(at, "may be {}, and no other object");
        rule.preset = keep(text);
        return {};
    }

    Checked set_choices(Rule& rule, json::Value value, const std::string& at)
    {
        if (!value.is_array()) return refuse(at, "is not a list");
        std::string choices;
        for (const json::Value choice : value.elements()) {
            const bool is_word = choice.is_string() || choice.kind() == json::Kind::integer;
            if (!is_word || choice.text().empty() ||
                choice.text().find(' ') != std::string_view::npos) {
                return refuse(at, "has a choice that is neither a word nor an integer");
            }
            if (!choices.empty()) choices += ' ';
            choices += choice.text();
        }
        rule.choices = keep(choices);
        return {};
    }

    Checked set_element(Rule& rule, json::Value value, const std::string& at)
    {
        auto element = read(value, at);
        if (!element) return pass_on(element);
        rule.element = &store_.rules.emplace_back(*element);
        return {};
    }

    Checked set_members(Rule& rule, json::Value schema, const std::string& at)
    {
        const auto properties = schema.find("properties");
        if (!properties) return {};
        if (!properties->is_object()) return refuse(at + "/properties", "is not an object");
        std::vector<Property> table;
        for (const auto [name, property] : properties->members()) {
            auto read_rule = read(property, json::pointer(at + "/properties", name));
            if (!read_rule) return pass_on(read_rule);
            table.push_back({keep(name), *read_rule});
        }
        if (const auto required = schema.find("required")) {
            for (const json::Value name : required->elements()) {
                const auto found = std::ranges::find(table, name.text(), &Property::name);
                if (found == table.end()) return refuse(at + "/required", "names no property");
                found->rule.is_required = true;
            }
        }
        return keep(rule, std::move(table), at);
    }

    Checked keep(Rule& rule, std::vector<Property> table, const std::string& at)
    {
        constexpr std::size_t properties_max = 64;
        if (table.size() > properties_max) return refuse(at, "has more than 64 properties");
        const auto& kept = store_.tables.emplace_back(std::move(table));
        rule.properties = Properties(kept.data(), kept.size());
        return {};
    }

    std::string_view keep(std::string_view text) { return store_.texts.emplace_back(text); }

    Store& store_;
};

OwnModules::OwnModules() : store_(std::make_unique<Store>()) {}
OwnModules::~OwnModules() = default;

tl::expected<std::shared_ptr<const OwnModules>, std::string> OwnModules::read(
    const std::map<std::string, std::string>& schemas)
{
    std::shared_ptr<OwnModules> own(new OwnModules());
    for (const auto& [name, schema] : schemas) {
        const auto refused = [&name](std::string_view why) {
            return tl::unexpected(fmt::format("module \"{}\": {}", printable(name), why));
        };
        if (name.empty() || name.size() > 64) return refused("a name has 1 to 64 characters");
        if (find_module(name) != nullptr) return refused("KAZOO has a module of this name");
        Module module;
        module.name = own->store_->texts.emplace_back(name);
        module.data = object;
        if (!schema.empty()) {
            json::Document document;
            const auto value = document.read(schema);
            if (!value) return refused(value.error().message);
            auto rule = Reader(*own->store_).read(*value, "");
            if (!rule) return refused(rule.error());
            if (!rule->takes(json::Kind::object)) return refused("its data is not an object");
            rule->kinds = bit(json::Kind::object);
            module.properties = rule->properties;
            module.data = *rule;
        }
        own->modules_.emplace(name, module);
    }
    return own;
}

const Module* OwnModules::find(std::string_view name) const
{
    const auto found = modules_.find(name);
    return found == modules_.end() ? nullptr : &found->second;
}

std::vector<std::string_view> OwnModules::names() const
{
    std::vector<std::string_view> names;
    for (const auto& [name, module] : modules_) names.push_back(name);
    return names;
}

}  // namespace pivot::callflow
