// From the tokens of a text to its entries.
//
// The first of simdjson's two stages finds where tokens start, at gigabytes a second, and checks
// the UTF-8, the quotes and the control characters in strings. This takes the place of its second
// stage, which would limit the size of numbers and rewrite them, and of On-Demand, which reads a
// value anew each time it is asked for.
#pragma once

#include "base/json.hpp"

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

namespace pivot::inline base::json {

// A 256-bit Bloom filter over an object's names: while no bit repeats, no name does.
class BloomFilter {
public:
    void clear()
    {
        words_.fill(0);
        has_met_one_twice_ = false;
    }

    void add(std::uint64_t hash)
    {
        std::uint64_t& word = words_[hash >> 62];
        const std::uint64_t bit = std::uint64_t{1} << (hash >> 56 & 63);
        has_met_one_twice_ |= (word & bit) != 0;
        word |= bit;
    }

    bool has_met_one_twice() const { return has_met_one_twice_; }

private:
    std::array<std::uint64_t, 4> words_ = {};
    bool has_met_one_twice_ = false;
};

// Keeps its memory for the next text.
class Tree {
public:
    // Nesting is limited to `depth_max` levels, which is at least 1.
    explicit Tree(std::size_t depth_max) : depth_max_(depth_max) { assert(depth_max > 0); }

    // `tokens` are the offsets in `text` at which tokens start. There is at least one, and after
    // the last comes one more offset, the size of the text.
    simdjson::error_code read(std::string_view text, std::span<const std::uint32_t> tokens);

    Value root() const { return Value(entries_.data()); }

    // Where the reading stopped, after an error that concerns one place.
    const char* where() const { return where_; }

private:
    // An open array or object. They are on a stack of our own, because a host's threads may have
    // little of theirs.
    struct Level {
        Entry* entry;
        char closing;  // its bracket
        BloomFilter names;
    };
    struct Name {
        std::uint64_t hash;
        Entry* entry;
    };

    // The next token to read and the next entry to write.
    struct Cursor {
        const std::uint32_t* next;
        const std::uint32_t* end;
        Entry* entry;
    };

    void start(std::string_view text, std::size_t token_count);
    simdjson::error_code read_lone(std::span<const std::uint32_t> tokens);
    simdjson::error_code read_container(std::span<const std::uint32_t> tokens);
    // Inlined: a call for each name costs a fifth of all the reading.
    [[gnu::always_inline]] simdjson::error_code read_item(Cursor& cursor, bool& has_item);
    [[gnu::always_inline]] simdjson::error_code read_name(Cursor& cursor, BloomFilter& names);
    bool open(Cursor& cursor);
    simdjson::error_code close(Cursor& cursor);
    simdjson::error_code read_word(Entry& entry, std::string_view word);
    simdjson::error_code stop(const char* at, simdjson::error_code error);
    const char* at(const Cursor& cursor) const { return text_.data() + *cursor.next; }
    std::string_view token(const std::uint32_t* position) const;
    bool set_string(Entry& entry, std::string_view token, Role role);
    void mark_replaced(Entry* object, const Entry* end);
    const char* find_escape(const char* from) const;

    std::size_t depth_max_;
    std::string_view text_;
    const char* where_ = nullptr;
    const char* escape_ = nullptr;  // the first backslash that is not read yet, or the end
    char* unescaped_end_ = nullptr;
    std::string unescaped_;       // the strings that have escapes
    std::vector<Entry> entries_;  // as many as the most tokens so far
    std::vector<Level> levels_;   // as many as were ever open at once
    std::size_t depth_ = 0;       // how many of them are open
    std::vector<Name> names_;     // of an object that may have one twice
};

}  // namespace pivot::inline base::json
