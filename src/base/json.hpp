// JSON text to a flat tree and back.
//
// Numbers keep their spelling, and a value can be looked at again: simdjson's DOM would limit and
// rewrite numbers, and its On-Demand reads each value once. So simdjson finds the tokens, and a
// flat list of entries in document order keeps them. Numbers and strings without escapes are views
// of the input.
//
//     {"a":[1,2],"b":null}         entry    {   "a"   [   1   2   ]   "b"   null   }
//                                  span     9    1    4   1   1   1    1     1     1
#pragma once

#include "base/same_name.hpp"

#include <pivot/failure.hpp>

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace pivot::inline base::json {

enum class Kind : std::uint8_t { null, boolean, integer, decimal, string, array, object };

// "null", "a boolean", "an integer" and so on, for messages.
std::string_view describe(Kind kind);

enum class Role : std::uint8_t { value, name, replaced_name, end };

// A value, the name before a member's value, or the end of an array or object. If an object has the
// same name several times, all but the last are replaced.
struct Entry {
    const char* text;    // the bracket, for an array or object and its end
    std::uint32_t size;  // of `text` in bytes; for an array or object, its entries with both ends
    Kind kind;
    Role role;
    bool has_escapes;  // a string whose text differs from the bytes between its quotes

    bool is_container() const { return kind >= Kind::array && role == Role::value; }
    std::uint32_t span() const { return is_container() ? size : 1; }
};
static_assert(sizeof(Entry) == 16);

inline std::string_view text_of(const Entry& entry)
{
    return {entry.text, entry.size};
}

class Members;
class Elements;

// A value of a document: a cheap handle, valid until the document reads again.
class Value {
public:
    explicit Value(const Entry* entry) : entry_(entry) {}

    Kind kind() const { return entry_->kind; }
    bool is_string() const { return kind() == Kind::string; }
    bool is_array() const { return kind() == Kind::array; }
    bool is_object() const { return kind() == Kind::object; }
    bool is_true() const { return kind() == Kind::boolean && *entry_->text == 't'; }

    // A string without its quotes and escapes, a number or literal as written, or nothing for an
    // array or object.
    std::string_view text() const
    {
        return {entry_->text, entry_->is_container() ? 0 : entry_->size};
    }

    // The number, if it is written as an integer (`20`, not `20.0` or `2e1`) and fits.
    std::optional<std::int64_t> integer() const;

    // The value of the member with this name. Nothing has members but an object.
    std::optional<Value> find(std::string_view name) const;

    // In document order: `for (const auto [name, value] : object.members())`.
    Members members() const;    // of an object
    Elements elements() const;  // of an array

    // The entries of this value and of everything in it.
    const Entry* begin() const { return entry_; }
    const Entry* end() const { return entry_ + entry_->span(); }

private:
    const Entry* entry_;
};

struct Member {
    std::string_view name;
    Value value;
};

// Only the last of several members with the same name is seen; RFC 8259, section 4, permits that.
class Members {
public:
    explicit Members(Value object) : object_(object) { assert(object.is_object()); }

    class Iterator {
    public:
        Iterator(const Entry* name, const Entry* end) : name_(name), end_(end) { skip_replaced(); }
        Member operator*() const { return {text_of(*name_), value()}; }
        const Entry& name() const { return *name_; }
        Value value() const { return Value(name_ + 1); }
        Iterator& operator++()
        {
            advance();
            skip_replaced();
            return *this;
        }
        bool operator==(const Iterator& other) const = default;

    private:
        void advance() { name_ += 1 + name_[1].span(); }
        void skip_replaced()
        {
            while (name_ != end_ && name_->role == Role::replaced_name) advance();
        }

        const Entry* name_;
        const Entry* end_;
    };

    Iterator begin() const { return Iterator(object_.begin() + 1, object_.end() - 1); }
    Iterator end() const { return Iterator(object_.end() - 1, object_.end() - 1); }

private:
    Value object_;
};

class Elements {
public:
    explicit Elements(Value array) : array_(array) { assert(array.is_array()); }

    class Iterator {
    public:
        explicit Iterator(const Entry* entry) : entry_(entry) {}
        Value operator*() const { return Value(entry_); }
        Iterator& operator++()
        {
            entry_ += entry_->span();
            return *this;
        }
        bool operator==(const Iterator& other) const = default;

    private:
        const Entry* entry_;
    };

    Iterator begin() const { return Iterator(array_.begin() + 1); }
    Iterator end() const { return Iterator(array_.end() - 1); }

private:
    Value array_;
};

inline Members Value::members() const
{
    return Members(*this);
}
inline Elements Value::elements() const
{
    return Elements(*this);
}

inline std::optional<Value> Value::find(std::string_view name) const
{
    if (!is_object()) return std::nullopt;
    for (const auto member : members()) {
        if (is_same_name(member.name, name)) return member.value;
    }
    return std::nullopt;
}

// Reads one text at a time and keeps its memory for the next: a text that is no larger than an
// earlier one causes no allocation.
class Document {
public:
    // Nesting is limited to `depth_max` levels, which is at least 1.
    explicit Document(std::size_t depth_max = 1024);
    ~Document();
    Document(Document&& other) noexcept;
    Document& operator=(Document&& other) noexcept;

    // Reads UTF-8, with or without a byte order mark. `text` is copied.
    // Fails with invalid_json if the text is empty, cut off, followed by other data, not UTF-8, too
    // deep, or otherwise not JSON (RFC 8259). The message has the line and column, counted from 1,
    // the column in bytes.
    Result<Value> read(std::string_view text);

    // The same without the copy: `text` outlives the values, and so do the `capacity_bytes` of its
    // block, which may be read to their end. The text is copied if too few of them follow it.
    Result<Value> read_padded(std::string_view text, std::size_t capacity_bytes);

private:
    class Reader;
    std::unique_ptr<Reader> reader_;
};

// Appends a string with quotes and escapes. Characters other than ASCII stay as they are.
void append_quoted(std::string& out, std::string_view text);

// Appends a value without white space; numbers keep their spelling.
void append_value(std::string& out, Value value);

// Appends one reference token of a JSON pointer (RFC 6901): a slash and `token`, escaped.
void append_pointer(std::string& pointer, std::string_view token);

// The pointer to the member `name` of what `at` points to.
std::string pointer(std::string_view at, std::string_view name);

}  // namespace pivot::inline base::json
