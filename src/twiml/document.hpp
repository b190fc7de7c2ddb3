// A TwiML document: what it says to do, checked and complete, in little memory.
//
// Elements are a flat list in the order of the text; all their texts are one block. Only what has a
// place in TwiML is there: the rest has a warning instead.
#pragma once

#include "twiml/names.hpp"

#include <pivot/failure.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::twiml {

// Something in a document that was skipped or replaced, or, in a failure, that breaks it. From 1;
// columns count bytes.
struct Remark {
    std::uint32_t line = 1;
    std::uint32_t column = 1;
    std::string message;
};

// As failures and outcomes have them: `at` is `LINE:COLUMN`.
std::vector<Breach> breaches(std::span<const Remark> remarks);

class Children;
class Document;

// One element of a document: a cheap handle, which lives as long as that stays where it is.
class Element {
public:
    Element(const Document& document, std::uint32_t index) : document_(&document), index_(index) {}

    Name name() const;
    std::uint32_t line() const;
    std::uint32_t column() const;

    // What stands in it, without the white space at both ends; comments are left out. Of a Say with
    // SSML its words.
    std::string_view text() const;

    // Of a Say with SSML: all that stands in it, as XML. Else empty.
    std::string_view ssml() const;

    // Whether the document gives the attribute, and a value that is of use.
    bool has(Attribute attribute) const;

    // The value, else the default of this element, else empty, 0 or false.
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
    // Those of Response.
    Children verbs() const { return Children(*this, 1, static_cast<std::uint32_t>(nodes_.size())); }

    // In the order of the text. Of more than `warnings_max` the last says how many there are.
    const std::vector<Remark>& warnings() const { return warnings_; }
    static constexpr std::size_t warnings_max = 100;

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
        std::uint32_t end = 0;  // where the elements begin that are not in it
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
};

inline Children::Iterator& Children::Iterator::operator++()
{
    index_ = document_->nodes_[index_].end;
    return *this;
}

// Appends the verbs as a JSON array: of each element its name, line, the attributes that are given,
// text and children.
//
//     [{"verb":"Gather","line":2,"attributes":{"numDigits":1},"children":[{"verb":"Say",…}]}]
void append_verbs(std::string& out, const Document& document);

}  // namespace pivot::twiml
