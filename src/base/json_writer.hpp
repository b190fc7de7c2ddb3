// Appends compact JSON to a string.
//
// The string grows ahead of the output, so that room is checked once for each piece and not for
// each byte. Every value is followed by a comma, which the closing bracket after the last one
// replaces.
#pragma once

#include "base/json.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

namespace pivot::inline base::json {

// An upper bound of the size of a value as compact JSON, without the escapes of a lone string.
std::size_t room_for(Value value);

class Writer {
public:
    // The writer owns `out` until finish(). It grows once for the first `size_expected` bytes.
    void start(std::string& out, std::size_t size_expected);
    void finish();

    void open(char bracket)
    {
        make_room(1);
        *at_++ = bracket;
    }
    void close(char bracket)
    {
        make_room(2);
        if (at_[-1] != ',') ++at_;
        at_[-1] = bracket;
        *at_++ = ',';
    }

    // The name of a member, with the colon.
    void add_name(const Entry& name)
    {
        if (name.has_escapes) return add_quoted(text_of(name), ':');
        add_piece({name.text - 1, name.size + 2}, ':');
    }
    // `name` has nothing to escape.
    void add_name(std::string_view name);

    // A string, number or literal of a document.
    void add_scalar(Value value)
    {
        const Entry& entry = *value.begin();
        if (entry.has_escapes) return add_quoted(text_of(entry), ',');
        const std::uint32_t quote = entry.kind == Kind::string ? 1 : 0;
        add_piece({entry.text - quote, entry.size + 2 * quote}, ',');
    }

    // JSON as it is.
    void add_json(std::string_view json)
    {
        make_room(json.size() + 1);
        std::memcpy(at_, json.data(), json.size());
        at_ += json.size();
        *at_++ = ',';
    }

    void add_string(std::string_view text) { add_quoted(text, ','); }

    void add(Value value);

    // The size of `out` so far; cut() goes back to one of these.
    std::size_t size() const { return static_cast<std::size_t>(at_ - out_->data()); }
    void cut(std::size_t size) { at_ = out_->data() + size; }

private:
    void make_room(std::size_t size)
    {
        if (static_cast<std::size_t>(end_ - at_) < size) grow(size);
    }

    // A piece of a document, whose text can be read beyond its end: simdjson wants more than a step
    // there. Most pieces are no longer than a step, and a copy of fixed size costs a third of one
    // whose size is known only here.
    void add_piece(std::string_view piece, char next)
    {
        constexpr std::size_t step = 40;  // an id of 32 digits, with its quotes
        make_room(std::max(piece.size(), step) + 1);
        std::memcpy(at_, piece.data(), step);
        if (piece.size() > step) std::memcpy(at_ + step, piece.data() + step, piece.size() - step);
        at_ += piece.size();
        *at_++ = next;
    }

    void add_quoted(std::string_view text, char next);
    void grow(std::size_t size);

    std::string* out_ = nullptr;
    std::size_t size_before_ = 0;
    char* at_ = nullptr;
    char* end_ = nullptr;
};

}  // namespace pivot::inline base::json
