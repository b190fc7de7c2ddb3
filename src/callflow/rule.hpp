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
    std::size_t size_min = 0;  // characters of a string, elements of an array
    std::size_t size_max = std::numeric_limits<std::size_t>::max();
    std::int64_t minimum = std::numeric_limits<std::int64_t>::min();
    std::int64_t maximum = std::numeric_limits<std::int64_t>::max();
    std::string_view choices = {};                // separated by spaces; empty: any
    std::optional<std::string_view> preset = {};  // a string as it is, else JSON
    std::span<const Property> properties = {};    // others may be there too
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
    constexpr Rule unique() const;
    constexpr Rule size(std::size_t least, std::size_t most) const;
    constexpr Rule size_at_least(std::size_t least) const;
    constexpr Rule size_at_most(std::size_t most) const;
    constexpr Rule at_least(std::int64_t least) const;
    constexpr Rule at_most(std::int64_t most) const;
    constexpr Rule one_of(std::string_view value) const;
    constexpr Rule by_default(std::string_view value) const;
    constexpr Rule each(const Rule& value) const;
    constexpr Rule with(std::span<const Property> value) const;
    constexpr Rule with(std::string_view key, std::span<const Variant> value) const;
    constexpr Rule only(Form names, const Rule& value) const;
    constexpr Rule or_instead(const Rule& value) const;

    template <typename Field>
    constexpr Rule changed(Field Rule::* field, Field value) const
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

constexpr Rule Rule::with(std::span<const Property> value) const
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

struct Property {
    std::string_view name;
    Rule rule;
};

struct Variant {
    std::string_view name;
    std::span<const Property> properties;
};

struct Module {
    std::string_view name;
    std::span<const Property> properties;  // of `data`
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
