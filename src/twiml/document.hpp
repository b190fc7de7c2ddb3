// A checked TwiML document, in little memory.
//
// Elements are a flat list in document order, and their texts one block. The document has only what
// is valid TwiML; there is a warning for everything else.
#pragma once

#include "twiml/names.hpp"

#include <pivot/failure.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::twiml {

// Something that was skipped or replaced, or the reason why the document is invalid. Lines and
// columns count from 1, columns in bytes.
struct Remark {
    std::uint32_t line = 1;
    std::uint32_t column = 1;
    std::string message;
};

// The form that failures and outcomes have: `at` is `LINE:COLUMN`.
Breach breach(const Remark& remark);
std::vector<Breach> breaches(std::span<const Remark> remarks);

class Children;
class Document;

// An element of a document: a cheap handle, valid until the document moves or dies.
class Element {
public:
    Element(const Document& document, std::uint32_t index) : document_(&document), index_(index) {}

    Name name() const;
    std::uint32_t line() const;
    std::uint32_t column() const;

    // The text in it, without comments and without white space at both ends; for a Say with SSML,
    // its words.
    std::string_view text() const;

    // The content of a Say with SSML, as XML. Else empty.
    std::string_view ssml() const;

    // Whether the document has the attribute with a usable value.
    bool has(Attribute attribute) const;

    // The value, or else the element's default, or else nothing, 0 or false.
    std::string_view text(Attribute attribute) const;
    std::int64_t integer(Attribute attribute) const;
    bool is_true(Attribute attribute) const;

    Children children() const;

private:
    friend class Children;

    const Document* document_;
    std::uint32_t index_;
};

class Children {
public:
    class Iterator {
    public:
        Iterator(const Document& document, std::uint32_t index)
            : document_(&document), index_(index)
        {
        }
        Element operator*() const { return Element(*document_, index_); }
        Iterator& operator++();
        bool operator==(const Iterator& other) const { return index_ == other.index_; }

    private:
        const Document* document_;
        std::uint32_t index_;
    };

    Children(const Document& document, std::uint32_t begin, std::uint32_t end)
        : document_(&document), begin_(begin), end_(end)
    {
    }
    Iterator begin() const { return Iterator(*document_, begin_); }
    Iterator end() const { return Iterator(*document_, end_); }
    bool empty() const { return begin_ == end_; }

private:
    const Document* document_;
    std::uint32_t begin_;
    std::uint32_t end_;
};

class Document {
public:
    // The children of Response.
    Children verbs() const { return Children(*this, 1, static_cast<std::uint32_t>(nodes_.size())); }

    // In document order. If there are more than `warnings_max`, the last says how many.
    const std::vector<Remark>& warnings() const { return warnings_; }
    static constexpr std::size_t warnings_max = 100;

    // The first element that is unknown and skipped; a verb goes before elements within verbs. Null
    // if there is none.
    const Remark* unknown_element() const { return unknown_ ? &*unknown_ : nullptr; }

    // Whether it is a verb.
    bool has_unknown_verbs() const { return has_unknown_verbs_; }

private:
    friend class Element;
    friend class Children::Iterator;
    friend class Writer;

    // A part of `texts_`.
    struct Text {
        std::uint32_t at = 0;
        std::uint32_t size = 0;
    };
    struct Node {
        std::uint32_t line = 1;
        std::uint32_t column = 1;
        Text text;
        Text ssml;
        std::uint32_t end = 0;  // the index after its last descendant
        std::uint32_t values = 0;
        std::uint16_t value_count = 0;
        Name name = Name::response;
    };
    struct Value {
        std::int64_t integer = 0;
        Text text;
        Attribute attribute = Attribute::action;
    };

    std::string_view text(Text text) const
    {
        return std::string_view(texts_).substr(text.at, text.size);
    }
    const Value* find(const Node& node, Attribute attribute) const;

    std::vector<Node> nodes_;  // the first is Response
    std::vector<Value> values_;
    std::vector<Remark> warnings_;
    std::string texts_;
    std::optional<Remark> unknown_;
    bool has_unknown_verbs_ = false;
};

inline Children::Iterator& Children::Iterator::operator++()
{
    index_ = document_->nodes_[index_].end;
    return *this;
}

// Appends the verbs as a JSON array. Each element has its name, its line, the attributes that the
// document gives, its text and its children.
//
//     [{"verb":"Gather","line":2,"attributes":{"numDigits":1},"children":[{"verb":"Say",…}]}]
void append_verbs(std::string& out, const Document& document);

}  // namespace pivot::twiml
