// Rules for values in a callflow: the words in which the tables of modules are written.
//
// A table has a row for each property, which starts with a type and adds to it:
//
//     {"time_limit", integer.at_least(5).at_most(10800).by_default("3600")},
//
// The words mean what the keywords of KAZOO's JSON schemas (draft-04) mean. Where KAZOO differs
// from the standard, so do they: defaults are added before `required` is checked.
//
// One table serves both generations of schemas. A row says so if only one of them has it, and a
// property that has changed has a row for each:
//
//     {"endpoints", members.required().until_5()},
//     {"endpoints", members.since_5()},
//     {"group_id", string.size(1, 128).since_5()},
#pragma once

#include "base/json.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>

namespace pivot::callflow {

// The forms that a string may need to have; form.cpp has their patterns.
enum class Form : std::uint8_t {
    any,
    digits,
    email,
    extension_header,
    header_name,
    header_value,
    language_tag,
    not_empty,
    web_address
};

// KAZOO 4.3 and its master of 2024, and KAZOO 5.
enum class Generation : std::uint8_t { four, five };
inline constexpr std::size_t generation_count = 2;

constexpr std::uint8_t bit(Generation generation)
{
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(generation));
}

struct Property;
struct Variant;

// The properties that an object may have: at most 64, because a set of them is a word of bits.
class Properties {
public:
    constexpr Properties() = default;
    template <std::size_t count>
    constexpr Properties(const Property (&table)[count]);
    constexpr Properties(const Property* table, std::size_t count);  // at most 64

    constexpr const Property* begin() const { return begin_; }
    constexpr const Property* end() const { return end_; }

    // Returns null if this generation does not have it.
    constexpr const Property* find(std::string_view name, Generation generation) const;

    constexpr std::uint64_t bit_of(const Property& property) const;

    // Properties that matter when absent: required ones and those with a default.
    constexpr std::uint64_t expected(Generation generation) const
    {
        return expected_[static_cast<std::size_t>(generation)];
    }

private:
    const Property* begin_ = nullptr;
    const Property* end_ = nullptr;
    std::uint64_t expected_[generation_count] = {};
};

constexpr std::uint8_t bit(json::Kind kind)
{
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(kind));
}

struct Rule {
    std::uint8_t kinds;  // a bit for each kind of value that is accepted
    std::uint8_t generations = bit(Generation::four) | bit(Generation::five);  // that have it
    Form form = Form::any;
    bool is_required = false;
    bool is_unique = false;    // the elements of an array
    bool is_url = false;       // http or https, with a host that is not denied
    bool is_unread = false;    // KAZOO reads it, but Pivot does not
    std::size_t size_min = 0;  // characters of a string, elements of an array
    std::size_t size_max = std::numeric_limits<std::size_t>::max();
    std::int64_t minimum = std::numeric_limits<std::int64_t>::min();
    std::int64_t maximum = std::numeric_limits<std::int64_t>::max();
    std::string_view choices = {};                // separated by spaces; if empty, any
    std::optional<std::string_view> preset = {};  // the bare text of a string, else JSON
    Properties properties = {};                   // other members are allowed as well
    std::span<const Variant> variants = {};       // more properties, by the string in `variant_key`
    std::string_view variant_key = {};
    const Rule* element = nullptr;  // of an array
    const Rule* member = nullptr;   // of an object whose names are all of `member_form`
    Form member_form = Form::any;
    const Rule* alternative = nullptr;  // a rule that the value may match instead

    constexpr bool takes(json::Kind kind) const { return (kinds & bit(kind)) != 0; }
    constexpr bool is_in(Generation generation) const
    {
        return (generations & bit(generation)) != 0;
    }

    // Each word makes a stricter rule. Rules that are passed are kept by address: they are
    // constants of their own.
    constexpr Rule until_5() const
    {
        Rule rule = *this;
        rule.generations = bit(Generation::four);
        return rule;
    }
    constexpr Rule since_5() const
    {
        Rule rule = *this;
        rule.generations = bit(Generation::five);
        return rule;
    }
    constexpr Rule matching(Form value) const
    {
        Rule rule = *this;
        rule.form = value;
        return rule;
    }
    constexpr Rule required() const
    {
        Rule rule = *this;
        rule.is_required = true;
        return rule;
    }
    constexpr Rule unread() const
    {
        Rule rule = *this;
        rule.is_unread = true;
        return rule;
    }
    constexpr Rule unique() const
    {
        Rule rule = *this;
        rule.is_unique = true;
        return rule;
    }
    constexpr Rule web_url() const
    {
        Rule rule = *this;
        rule.is_url = true;
        return rule;
    }
    constexpr Rule size_at_least(std::size_t least) const
    {
        Rule rule = *this;
        rule.size_min = least;
        return rule;
    }
    constexpr Rule size_at_most(std::size_t most) const
    {
        Rule rule = *this;
        rule.size_max = most;
        return rule;
    }
    constexpr Rule size(std::size_t least, std::size_t most) const
    {
        return size_at_least(least).size_at_most(most);
    }
    constexpr Rule at_least(std::int64_t least) const
    {
        Rule rule = *this;
        rule.minimum = least;
        return rule;
    }
    constexpr Rule at_most(std::int64_t most) const
    {
        Rule rule = *this;
        rule.maximum = most;
        return rule;
    }
    constexpr Rule one_of(std::string_view value) const
    {
        Rule rule = *this;
        rule.choices = value;
        return rule;
    }
    constexpr Rule by_default(std::string_view value) const
    {
        Rule rule = *this;
        rule.preset = value;
        return rule;
    }
    constexpr Rule each(const Rule& value) const
    {
        Rule rule = *this;
        rule.element = &value;
        return rule;
    }
    constexpr Rule with(const Properties& value) const
    {
        Rule rule = *this;
        rule.properties = value;
        return rule;
    }
    constexpr Rule with(std::string_view key, std::span<const Variant> value) const
    {
        Rule rule = *this;
        rule.variant_key = key;
        rule.variants = value;
        return rule;
    }
    constexpr Rule only(Form names, const Rule& value) const
    {
        Rule rule = *this;
        rule.member_form = names;
        rule.member = &value;
        return rule;
    }
    constexpr Rule or_instead(const Rule& value) const
    {
        Rule rule = *this;
        rule.alternative = &value;
        return rule;
    }
};

struct Property {
    std::string_view name;
    Rule rule;
};

template <std::size_t count>
constexpr Properties::Properties(const Property (&table)[count]) : Properties(table, count)
{
    static_assert(count <= 64);
}

constexpr Properties::Properties(const Property* table, std::size_t count)
    : begin_(table), end_(table + count)
{
    for (const Property& property : *this) {
        if (!property.rule.preset && !property.rule.is_required) continue;
        for (const Generation generation : {Generation::four, Generation::five}) {
            if (!property.rule.is_in(generation)) continue;
            expected_[static_cast<std::size_t>(generation)] |= bit_of(property);
        }
    }
}

constexpr const Property* Properties::find(std::string_view name, Generation generation) const
{
    for (const Property& property : *this) {
        if (is_same_name(property.name, name) && property.rule.is_in(generation)) return &property;
    }
    return nullptr;
}

constexpr std::uint64_t Properties::bit_of(const Property& property) const
{
    return std::uint64_t{1} << (&property - begin_);
}

struct Variant {
    std::string_view name;
    Properties properties;
};

inline constexpr Rule string{bit(json::Kind::string)};
inline constexpr Rule integer{bit(json::Kind::integer)};
inline constexpr Rule boolean{bit(json::Kind::boolean)};
inline constexpr Rule object{bit(json::Kind::object)};
inline constexpr Rule anything{0xFF};
inline constexpr Rule node = anything;  // a tree, which the validator walks
inline constexpr Rule boolean_or_string{bit(json::Kind::boolean) | bit(json::Kind::string)};
inline constexpr Rule integer_or_string{bit(json::Kind::integer) | bit(json::Kind::string)};
inline constexpr Rule digits = string.matching(Form::digits);
inline constexpr Rule email = string.matching(Form::email);
inline constexpr Rule url = string.web_url();
// How the two generations differ about a whole module.
struct Differences {
    bool is_new = false;  // KAZOO 4 does not have it
    std::string_view either =
        {};  // KAZOO 5 wants exactly one of these; empty: there is no such rule
};
inline constexpr Differences since_5{.is_new = true};

// Keys are separated by spaces; `+` joins keys that belong together.
constexpr Differences one_in_5(std::string_view either)
{
    return {.either = either};
}

struct Module {
    std::string_view name;
    Properties properties;  // of `data`
    Differences differences = {};
    Rule data = object.with(properties);
};

constexpr Rule list_of(const Rule& element)
{
    return Rule{bit(json::Kind::array)}.each(element);
}
constexpr Rule list_of(const Rule&& element) = delete;

// Nearly every module has this.
inline constexpr Property skip_module{"skip_module", boolean};
inline constexpr Property skip_module_only[] = {skip_module};
inline constexpr std::string_view all_keys = R"(["1","2","3","4","5","6","7","8","9","*","0","#"])";

}  // namespace pivot::callflow
