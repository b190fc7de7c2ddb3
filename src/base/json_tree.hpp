// From the tokens of a text to its entries.
//
// Of simdjson's two stages the first finds where the tokens start, at gigabytes a second, and
// checks the UTF-8, the quotes and the control characters in strings. What is here stands in place
// of its second stage, which would judge the size of numbers and write them anew, and of On-Demand,
// which is asked for each value twice by whoever keeps it.
#pragma once

#include "base/json.hpp"
#include "base/json_name.hpp"

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

namespace pivot::json {

// The names of an object that is being read, as bits at which their hashes point: as long as no bit
// is met twice, no name was.
class NameFilter {
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
    // At most `depth_max` arrays and objects in each other, one at least.
    explicit Tree(std::size_t depth_max) : depth_max_(depth_max) { assert(depth_max > 0); }

    // `tokens` are offsets into `text`, one at least; behind them is one more, where the text ends.
    // The text can be read beyond its end, whatever is there.
    simdjson::error_code read(std::string_view text, std::span<const std::uint32_t> tokens);

    Value root() const { return Value(entries_.data()); }

    // What stopped the reading, where it was stopped.
    const char* where() const { return where_; }

private:
    // An array or object that is open. They are on a stack of our own, because a host's threads may
    // have little of theirs.
    struct Level {
        Entry* entry;
        char closing;  // its bracket
        NameFilter names;
    };
    struct Name {
        std::uint64_t hash;
        Entry* entry;
    };

    void start(std::string_view text, std::size_t token_count);
    simdjson::error_code read_container(const std::uint32_t* next, const std::uint32_t* end);
    simdjson::error_code read_lone(std::span<const std::uint32_t> tokens);
    // Inlined: a call for each name costs a fifth of all the reading.
    [[gnu::always_inline]] simdjson::error_code read_name(Entry& entry, const std::uint32_t* next,
                                                          NameFilter& names);
    simdjson::error_code read_word(Entry& entry, std::string_view word);
    simdjson::error_code stop(const char* at, simdjson::error_code error);
    std::string_view token(const std::uint32_t* position) const;
    bool set_string(Entry& entry, std::string_view token, Role role);
    Level& open(Entry* entry, const char* bracket);
    void mark_replaced(Entry* object, const Entry* end);
    const char* find_escape(const char* from) const;

    std::size_t depth_max_;
    std::string_view text_;
    const char* where_ = nullptr;
    const char* escape_ = nullptr;  // the first backslash that is not read yet, or the end
    char* unescaped_end_ = nullptr;
    std::string unescaped_;       // the strings that have escapes
    std::vector<Entry> entries_;  // as many as the most tokens so far
    std::vector<Level> levels_;   // as many as the most that were open so far
    std::size_t depth_ = 0;       // of those, that are open
    std::vector<Name> names_;     // of an object that may have one twice
};

}  // namespace pivot::json
