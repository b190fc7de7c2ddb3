// The grammar of TwiML: which element may be where, with which attributes and values.
#pragma once

#include "twiml/names.hpp"

#include <array>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <span>
#include <string_view>

namespace pivot::twiml {

enum class Type : std::uint8_t {
    text,
    url,      // a reference, or a URL of one of the schemes in `words`
    method,   // GET or POST
    integer,  // above its range it becomes the maximum, below it the standard
    boolean,  // true or false
    word,     // one of `words`
    words,    // some of `words`, separated by single spaces
    key,      // at most one key
    keys,     // a set of keys
    tones,    // keys including A to D, and pauses: w, W
};

struct AttributeRule {
    Attribute attribute;
    Type type = Type::text;
    std::string_view standard = {};  // the value of an absent attribute
    std::int64_t integer = 0;        // the same for an integer
    std::int64_t min = 0;
    std::int64_t max = std::numeric_limits<std::int64_t>::max();
    // Separated by spaces; for an integer, words that mean the standard.
    std::string_view words = {};
    bool is_required = false;
};

// A set of elements.
class NameSet {
public:
    constexpr NameSet() = default;
    constexpr NameSet(std::initializer_list<Name> names)
    {
        for (const Name name : names) {
            const auto number = static_cast<std::size_t>(name);
            words_[number / 64] |= std::uint64_t{1} << number % 64;
        }
    }
    constexpr bool has(Name name) const
    {
        const auto number = static_cast<std::size_t>(name);
        return (words_[number / 64] >> number % 64 & 1) != 0;
    }

private:
    std::array<std::uint64_t, (name_count + 63) / 64> words_{};
};

struct ElementRule {
    Name name = Name::response;
    NameSet parents;
    std::span<const AttributeRule> attributes;
    bool has_text = false;
};

// Returns null if there is no such element.
const ElementRule* find_element(std::string_view name);

const ElementRule& rule_of(Name name);

// Returns null if the element has no such attribute.
const AttributeRule* find_attribute(const ElementRule& element, std::string_view name);
const AttributeRule* find_attribute(const ElementRule& element, Attribute attribute);

// Whether this must be the only noun of its Dial.
constexpr bool stands_alone(Name name)
{
    return name == Name::application || name == Name::conference || name == Name::queue ||
           name == Name::sim || name == Name::whatsapp;
}

// Whether this is part of the speech in a Say.
constexpr bool is_ssml(Name name)
{
    return name >= Name::break_;
}

}  // namespace pivot::twiml
