// What a call carries from module to module: KAZOO's key-value store.
//
// It comes with the call as the text of a JSON object, is changed member by member, and is written
// again for each request. Collections of digits are one of its members, by name.
#pragma once

#include "base/json.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::session {

class KeyValueStore {
public:
    KeyValueStore() = default;

    // Nulls are left out. Text that is not a JSON object stays as it is, so that a request fails
    // with what is wrong with it. `document` reads it, and keeps its memory for the next.
    KeyValueStore(std::string json, json::Document& document);

    // Empty where nothing is stored.
    std::string to_json() const;

    // A string or another scalar; empty where there is none.
    std::string text(std::string_view key) const;

    void set_text(std::string_view key, std::string_view text);
    void erase(std::string_view key);

    // Erases a member. Returns its JSON text; empty where there is none.
    std::string take(std::string_view key);

    std::string digits(std::string_view collection) const;
    void set_digits(std::string_view collection, std::string_view digits);
    void clear_digits(std::string_view collection);

    // Bytes that members take in a form, roughly; 0 where there is no such collection.
    std::size_t size_bytes() const;
    std::size_t digits_bytes(std::string_view collection) const;
    static std::size_t digits_bytes(std::string_view collection, std::string_view digits);

private:
    struct Member {
        std::string name;
        std::string json;
    };
    using Members = std::vector<Member>;

    static void append(std::string& out, const Members& members);
    static std::size_t size_bytes(const Members& members);
    static std::string text_of(const Members& members, std::string_view name);
    static void set(Members& members, std::string_view name, std::string_view text);

    Members members_;        // but for the collections
    Members collections_;    // of digits
    bool is_object_ = true;  // else the text is all of `members_`
};

}  // namespace pivot::session
