// What a value in a callflow has to be: the words in which the tables of modules are written.
//
// A table has a row for each property, which starts from a type and goes on from there:
//
//     {"time_limit", integer.at_least(5).at_most(10800).by_default("3600")},
//
// The words mean what their keywords in KAZOO's JSON schemas (draft-04) mean, where those differ
// from the standard as KAZOO has them: a default is written in before `required` is looked at.
#pragma once

#include "base/json.hpp"
#include "base/json_name.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>

namespace pivot::callflow {

// The shapes of strings that occur; form.cpp has their patterns.
enum class Form : std::uint8_t {
    any,
    digits,
    email,
    header_name,
    language_tag,
    not_empty,
    web_address
};

struct Property;
struct Variant;

// The properties that an object may have, 64 at most: a set of them has a bit for each.
class Properties {
public:
    constexpr Properties() = default;
    template <std::size_t count>
    constexpr Properties(const Property (&table)[count]);

    constexpr const Property* begin() const { return begin_; }
    constexpr const Property* end() const { return end_; }

    // Null: there is none.
    constexpr const Property* find(std::string_view name) const;

    constexpr std::uint64_t bit_of(const Property& property) const;

    // Those whose absence is not nothing: they have a default or are required.
    constexpr std::uint64_t expected() const { return expected_; }

private:
    const Property* begin_ = nullptr;
    const Property* end_ = nullptr;
    std::uint64_t expected_ = 0;
};

constexpr std::uint8_t bit(json::Kind kind)
{
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(kind));
}

struct Rule {
    std::uint8_t kinds;  // a bit for each kind of value that is taken
    Form form = Form::any;
    bool is_required = false;
    bool is_unique = false;    // the elements of an array
    bool is_url = false;       // http or https, and the host is not denied
    bool is_unread = false;    // KAZOO reads it, and Pivot does not
    std::size_t size_min = 0;  // characters of a string, elements of an array
    std::size_t size_max = std::numeric_limits<std::size_t>::max();
    std::int64_t minimum = std::numeric_limits<std::int64_t>::min();
    std::int64_t maximum = std::numeric_limits<std::int64_t>::max();
    std::string_view choices = {};                // separated by spaces; empty: any
    std::optional<std::string_view> preset = {};  // a string as it is, else JSON
    Properties properties = {};                   // others may be there too
    std::span<const Variant> variants = {};       // more properties, by the string in `variant_key`
    std::string_view variant_key = {};
    const Rule* element = nullptr;  // of an array
    const Rule* member = nullptr;   // of an object that has nothing but names of `member_form`
    Form member_form = Form::any;
    const Rule* alternative = nullptr;  // what the value may be instead

    constexpr bool takes(json::Kind kind) const { return (kinds & bit(kind)) != 0; }

    // Each word makes a rule that says more. The addresses of other rules are kept: those are
    // constants of their own.
    constexpr Rule matching(Form value) const;
    constexpr Rule required() const;
    constexpr Rule unread() const;
    constexpr Rule unique() const;
    constexpr Rule size(std::size_t least, std::size_t most) const;
    constexpr Rule size_at_least(std::size_t least) const;
    constexpr Rule size_at_most(std::size_t most) const;
    constexpr Rule at_least(std::int64_t least) const;
    constexpr Rule at_most(std::int64_t most) const;
    constexpr Rule one_of(std::string_view value) const;
    constexpr Rule by_default(std::string_view value) const;
    constexpr Rule each(const Rule& value) const;
    constexpr Rule with(const Properties& value) const;
    constexpr Rule with(std::string_view key, std::span<const Variant> value) const;
    constexpr Rule only(Form names, const Rule& value) const;
    constexpr Rule or_instead(const Rule& value) const;

    template <typename Field>
    constexpr Rule changed(Field Rule::*field, Field value) const
    {
        Rule rule = *this;
        rule.*field = value;
        return rule;
    }
};

// Behind the class, because compilers do not instantiate `changed` for constants inside it.
constexpr Rule Rule::matching(Form value) const
{
    return changed(&Rule::form, value);
}
constexpr Rule Rule::required() const
{
    return changed(&Rule::is_required, true);
}
constexpr Rule Rule::unread() const
{
    return changed(&Rule::is_unread, true);
}
constexpr Rule Rule::unique() const
{
    return changed(&Rule::is_unique, true);
}
constexpr Rule Rule::size_at_least(std::size_t least) const
{
    return changed(&Rule::size_min, least);
}
constexpr Rule Rule::size_at_most(std::size_t most) const
{
    return changed(&Rule::size_max, most);
}
constexpr Rule Rule::at_least(std::int64_t least) const
{
    return changed(&Rule::minimum, least);
}
constexpr Rule Rule::at_most(std::int64_t most) const
{
    return changed(&Rule::maximum, most);
}
constexpr Rule Rule::one_of(std::string_view value) const
{
    return changed(&Rule::choices, value);
}

constexpr Rule Rule::size(std::size_t least, std::size_t most) const
{
    return size_at_least(least).size_at_most(most);
}

constexpr Rule Rule::by_default(std::string_view value) const
{
    return changed(&Rule::preset, std::optional(value));
}

constexpr Rule Rule::each(const Rule& value) const
{
    return changed(&Rule::element, &value);
}

constexpr Rule Rule::with(const Properties& value) const
{
    return changed(&Rule::properties, value);
}

constexpr Rule Rule::with(std::string_view key, std::span<const Variant> value) const
{
    return changed(&Rule::variant_key, key).changed(&Rule::variants, value);
}

constexpr Rule Rule::only(Form names, const Rule& value) const
{
    return changed(&Rule::member_form, names).changed(&Rule::member, &value);
}

constexpr Rule Rule::or_instead(const Rule& value) const
{
    return changed(&Rule::alternative, &value);
}

// A member as it is written where it is missing: `"method":"get"`. Empty: there is no default, or
// it is an object, which has to be looked into.
class Preset {
public:
    constexpr Preset(std::string_view name, const Rule& rule)
    {
        if (!rule.preset || rule.takes(json::Kind::object)) return;
        const std::string_view quote = rule.takes(json::Kind::string) ? "\"" : "";
        for (const std::string_view part :
             {std::string_view("\""), name, std::string_view("\":"), quote, *rule.preset, quote}) {
            for (const char c : part) json_[size_++] = c;
        }
    }

    // Can be read to the end of its block, as the values of a document can.
    constexpr std::string_view json() const { return {json_.data(), size_}; }

private:
    std::array<char, 96> json_ = {};
    std::size_t size_ = 0;
};

struct Property {
    std::string_view name;
    Rule rule;
    json::Spelling spelling = json::Spelling(name);
    Preset preset = Preset(name, rule);
};

template <std::size_t count>
constexpr Properties::Properties(const Property (&table)[count])
    : begin_(table), end_(table + count)
{
    static_assert(count <= 64);
    for (const Property& property : table) {
        if (property.rule.preset || property.rule.is_required) expected_ |= bit_of(property);
    }
}

constexpr const Property* Properties::find(std::string_view name) const
{
    const json::Spelling spelling(name);
    for (const Property& property : *this) {
        if (property.spelling == spelling && (spelling.is_whole() || property.name == name)) {
            return &property;
        }
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
inline constexpr Rule boolean_or_string{bit(json::Kind::boolean) | bit(json::Kind::string)};
inline constexpr Rule integer_or_string{bit(json::Kind::integer) | bit(json::Kind::string)};
inline constexpr Rule digits = string.matching(Form::digits);
inline constexpr Rule email = string.matching(Form::email);
inline constexpr Rule url = string.changed(&Rule::is_url, true);

struct Module {
    std::string_view name;
    Properties properties;  // of `data`
    Rule data = object.with(properties);
};

constexpr Rule list_of(const Rule& element)
{
    return Rule{bit(json::Kind::array)}.each(element);
}
constexpr Rule list_of(const Rule&& element) = delete;

// What nearly every module takes.
inline constexpr Property skip_module{"skip_module", boolean};
inline constexpr Property skip_module_only[] = {skip_module};
inline constexpr std::string_view all_keys = R"(["1","2","3","4","5","6","7","8","9","*","0","#"])";

}  // namespace pivot::callflow
