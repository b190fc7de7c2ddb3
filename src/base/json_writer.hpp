// Compact JSON behind what a string holds already.
//
// The string grows ahead of what is written, so that there is one look at the room for each piece
// and none for each byte. Each value is written with a comma behind it, which the bracket behind
// the last one replaces.
#pragma once

#include "base/json.hpp"

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

namespace pivot::json {

// More than a value of a document takes as compact JSON, but for the escapes of a lone string.
std::size_t room_for(Value value);

class Writer {
public:
    // Until finish(), `out` is the writer's. It grows once for the first `size_expected` bytes.
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
        add_padded({name.text - 1, name.size + 2}, ':');
    }
    // `name` has nothing to escape.
    void add_name(std::string_view name);

    // A string, number or literal of a document.
    void add_scalar(Value value)
    {
        const Entry& entry = *value.begin();
        if (entry.has_escapes) return add_quoted(text_of(entry), ',');
        const std::uint32_t quote = entry.kind == Kind::string ? 1 : 0;
        add_padded({entry.text - quote, entry.size + 2 * quote}, ',');
    }

    // JSON as it is, and what belongs behind it. A document can be read far enough behind each of
    // its texts that short ones are copied in one step, whatever their size: so can `json`.
    void add_padded(std::string_view json, char behind)
    {
        make_room(json.size() + 1);
        std::memcpy(at_, json.data(), step);
        if (json.size() > step) std::memcpy(at_ + step, json.data() + step, json.size() - step);
        at_ += json.size();
        *at_++ = behind;
    }

    void add_string(std::string_view text) { add_quoted(text, ','); }

    void add(Value value);

    // How much was written, and back to there.
    std::size_t size() const { return static_cast<std::size_t>(at_ - out_->data()); }
    void cut(std::size_t size) { at_ = out_->data() + size; }

private:
    static constexpr std::size_t step = 32;

    void make_room(std::size_t size)
    {
        if (static_cast<std::size_t>(end_ - at_) < size + step) grow(size + step);
    }

    void add_quoted(std::string_view text, char behind);
    void grow(std::size_t size);

    std::string* out_ = nullptr;
    std::size_t size_before_ = 0;
    char* at_ = nullptr;
    char* end_ = nullptr;
};

}  // namespace pivot::json
