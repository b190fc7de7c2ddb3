// From the members of a JSON object to the fields of a struct.
//
//     json::ObjectReader reader(value, "/menus/main", breaches);
//     reader.number("retries", menu.retries, 0, 100);
//     reader.flag("hunt", menu.hunts);
//     reader.finish("a key of a menu");  // reports every other member
//
// A field keeps its value if its member is absent. A wrong value is added to the breaches and the
// reading goes on, so that one run finds every mistake; what the fields then hold is unspecified.
#pragma once

#include "base/json.hpp"
#include "base/json_breaches.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace pivot::inline base::json {

// A text that a member may have, and what it means.
template <typename Meaning>
struct Choice {
    std::string_view text;
    Meaning meaning;
};

enum class Nulls : std::uint8_t { are_wrong, are_absent };

class ObjectReader {
public:
    // Checks the text of a string; the error is a sentence without a full stop.
    using Check = tl::expected<void, std::string> (*)(std::string_view text);

    // `at` is the JSON pointer of `object`. Without an object, every member is absent. The names of
    // members outlive the reader.
    ObjectReader(std::optional<Value> object, std::string at, Breaches& breaches,
                 Nulls nulls = Nulls::are_wrong);

    void text(std::string_view name, std::string& field, Check check = nullptr);

    // The text of a string, as long as its document has it; empty if it is absent or wrong.
    std::string_view text(std::string_view name);
    void required_text(std::string_view name, std::string& field, Check check = nullptr);
    void texts(std::string_view name, std::vector<std::string>& field, Check check = nullptr);
    void flag(std::string_view name, bool& field);

    // An integer, which the field may have as a duration or an optional.
    template <typename Number>
    void number(std::string_view name, Number& field, std::int64_t least, std::int64_t most)
    {
        if (const auto found = integer(name, least, most)) field = static_cast<Number>(*found);
    }

    template <typename Field, typename Meaning, std::size_t count>
    void choice(std::string_view name, Field& field, const Choice<Meaning> (&choices)[count])
    {
        std::array<std::string_view, count> texts;
        for (std::size_t i = 0; i < count; ++i) texts[i] = choices[i].text;
        if (const auto found = index(name, texts)) field = choices[*found].meaning;
    }

    // An object of strings, as a map.
    template <typename Map>
    void text_map(std::string_view name, Map& field, Check check = nullptr)
    {
        const auto object = find(name, Kind::object, "an object of strings");
        if (!object) return;
        for (const auto [key, value] : object->members()) {
            const auto found = checked_text(value, at(name), key, check);
            field.insert_or_assign(std::string(key), std::string(found.value_or("")));
        }
    }

    // An object as JSON text.
    void object_text(std::string_view name, std::string& field);

    // A reader for an object in this one.
    ObjectReader object(std::string_view name);

    // Calls `read(element, its pointer)` for each element of an array.
    template <typename Read>
    void elements(std::string_view name, Read read)
    {
        const auto array = find(name, Kind::array);
        std::size_t index = 0;
        if (!array) return;
        for (const Value element : array->elements()) {
            read(element, pointer(at(name), std::to_string(index++)));
        }
    }

    // Calls `read(name, value, its pointer)` for each member of an object.
    template <typename Read>
    void members(std::string_view name, Read read)
    {
        const auto object = find(name, Kind::object);
        if (!object) return;
        for (const auto [key, value] : object->members()) {
            read(key, value, pointer(at(name), key));
        }
    }

    // A value that the caller reads.
    std::optional<Value> find(std::string_view name);

    void require(std::string_view name);
    void fail(std::string_view name, std::string error);
    void fail_mismatch(std::string_view name, std::string_view expected, Value found,
                       std::string_view advice = {});

    // Calls `use(name, value)` for each member that has not been asked for, including nulls.
    template <typename Use>
    void unread(Use use) const
    {
        if (!object_) return;
        for (const auto [name, value] : object_->members()) {
            if (!is_known(name)) use(name, value);
        }
    }

    // The name asked for that `name` was probably meant to be; empty if none is close.
    std::string_view meant_by(std::string_view name) const;

    // Reports each member that has not been asked for: "is not a setting: did you mean …?", where
    // `what` is "a setting". `elsewhere` has pointers that may have been meant as well.
    void finish(std::string_view what, std::span<const std::string> elsewhere = {});

    std::string at(std::string_view name) const { return pointer(at_, name); }
    std::span<const std::string_view> known() const { return known_; }

private:
    std::optional<std::string_view> checked_text(Value value, std::string_view above,
                                                 std::string_view name, Check check);
    bool is_known(std::string_view name) const;
    std::optional<Value> find(std::string_view name, Kind kind, std::string_view expected = {});
    std::optional<std::int64_t> integer(std::string_view name, std::int64_t least,
                                        std::int64_t most);
    std::optional<std::size_t> index(std::string_view name,
                                     std::span<const std::string_view> choices);

    std::optional<Value> object_;
    std::string at_;
    Breaches* breaches_;
    Nulls nulls_;
    bool is_mistyped_ = false;  // no object, which has been reported
    std::vector<std::string_view> known_;
};

}  // namespace pivot::inline base::json
