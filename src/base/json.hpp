// JSON text to a flat tree and back, number for number.
//
// simdjson finds the tokens; what they say is kept as a flat list of entries in document order, so
// that a validator can look at a value as often as it needs to. Numbers and strings without escapes
// are views of the input: a number comes out as it came in, whatever its size.
//
//     {"a":[1,2],"b":null}         entry    {   "a"   [   1   2   ]   "b"   null   }
//                                  span     9    1    4   1   1   1    1     1     1
#pragma once

#include <pivot/failure.hpp>

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace pivot::json {

enum class Kind : std::uint8_t { null, boolean, integer, decimal, string, array, object };

// "null", "a boolean", "an integer", …: for messages.
std::string_view describe(Kind kind);

enum class Role : std::uint8_t { value, name, replaced_name, end };

// One value, one name in front of a member's value, or the end of an array or object. Of names that
// are equal in one object all but the last are replaced.
struct Entry {
    const char* text;    // of an array or object, and of its end: the bracket
    std::uint32_t size;  // bytes of `text`; of an array or object: its entries, with both ends
    Kind kind;
    Role role;
    bool has_escapes;  // a string whose text is not what stands between its quotes

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

// One value of a document: a cheap handle that lives until the document reads again.
class Value {
public:
    explicit Value(const Entry* entry) : entry_(entry) {}

    Kind kind() const { return entry_->kind; }
    bool is_string() const { return kind() == Kind::string; }
    bool is_array() const { return kind() == Kind::array; }
    bool is_object() const { return kind() == Kind::object; }
    bool is_true() const { return kind() == Kind::boolean && *entry_->text == 't'; }

    // A string without its quotes and escapes; a number or a literal as it was written; empty for
    // containers.
    std::string_view text() const
    {
        return {entry_->text, entry_->is_container() ? 0 : entry_->size};
    }

    // The number, where it is written as an integer (`20`, not `20.0` or `2e1`) and fits.
    std::optional<std::int64_t> integer() const;

    // The value of the member with this name; none where this is not an object.
    std::optional<Value> find(std::string_view name) const;

    // In the order of the text. `for (const auto [name, value] : object.members())`
    Members members() const;    // of an object
    Elements elements() const;  // of an array

    // The entries of this value and of all it contains.
    const Entry* begin() const { return entry_; }
    const Entry* end() const { return entry_ + entry_->span(); }

private:
    const Entry* entry_;
};

struct Member {
    std::string_view name;
    Value value;
};

// Of members with one name there is only the last (RFC 8259, section 4, leaves that open).
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
        if (member.name == name) return member.value;
    }
    return std::nullopt;
}

// Reads one text at a time and keeps its memory for the next: a text that is no larger than an
// earlier one costs no allocation.
class Document {
public:
    // At most `depth_max` arrays and objects in each other, one at least.
    explicit Document(std::size_t depth_max = 1024);
    ~Document();
    Document(Document&& other) noexcept;
    Document& operator=(Document&& other) noexcept;

    // Reads UTF-8, with or without a byte order mark; `text` is copied, and may go.
    // Fails with invalid_json: empty, cut off, trailing data, not UTF-8, too deep, or else not JSON
    // (RFC 8259). The message has the line and the column, in bytes, from 1.
    Result<Value> read(std::string_view text);

    // The same without the copy: `text` outlives the values. As long, `capacity_bytes` may be read
    // from its start, whatever is there; where that is too little behind the text, it is copied.
    Result<Value> read_padded(std::string_view text, std::size_t capacity_bytes);

private:
    class Reader;
    std::unique_ptr<Reader> reader_;
};

// Appends a string with its quotes and escapes. Other than ASCII stays as it is.
void append_quoted(std::string& out, std::string_view text);

// Appends a value without white space, numbers as they came.
void append_value(std::string& out, Value value);

// Appends one reference token of a JSON pointer (RFC 6901): a slash, and `token` escaped.
void append_pointer(std::string& pointer, std::string_view token);

// The pointer to the member `name` of what `at` points to.
std::string pointer(std::string_view at, std::string_view name);

// The same JSON for people: a line for each member and element, two spaces deeper in each
// container.
std::string pretty(std::string_view json);

}  // namespace pivot::json
