// Form encoding: the body of a POST and the query of a GET (application/x-www-form-urlencoded),
// with KAZOO's brackets for what is nested.
//
//     {"a":"x y","b":{"c":1,"d":["2",null]},"e":[],"f":[{"g":3}]}
//     a=x+y&b[c]=1&b[d][]=2&b[d][]=&f[]=%7B%22g%22%3A3%7D
//
// Letters, digits and `- . _ ~` stay, a space becomes `+`, every other byte `%XX`, in names as in
// values; so a bracket in the output is the encoder's own. An object in an array is its JSON text.
// An empty array or object leaves nothing behind. A null is an empty value, and at the top level
// nothing.
#pragma once

#include "base/json.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pivot::http {

// Made once per reactor: it keeps its memory from form to form.
class FormWriter {
public:
    // Begins anew.
    void start() { at_ = 0; }

    // `name` has nothing to escape; names inside `value` may.
    void add(std::string_view name, std::string_view value);
    // Recurses as deep as `value` is, which its reader bounds.
    void add(std::string_view name, json::Value value);

    // The same for a name that anybody may have chosen.
    void add_escaped(std::string_view name, std::string_view value);

    // All pairs, until start().
    std::string_view text() const { return std::string_view(room_).substr(0, at_); }

private:
    struct Key;

    void add(const Key& key, json::Value value);
    void add_element(const Key& key, json::Value element);
    void begin_pair(const Key& key);
    void append(const Key& key);
    void append_encoded(std::string_view text);
    void append_plain(std::string_view text);
    char* make_room(std::size_t size_bytes);

    std::string room_;  // grows ahead of what is written
    std::size_t at_ = 0;
};

// Bytes that a name or a value takes in a form.
std::size_t form_size(std::string_view text);

// The pairs of a form as who receives it reads them: decoded, brackets as part of the name. A pair
// without `=` has an empty value; an empty pair is none.
std::vector<std::pair<std::string, std::string>> read_form(std::string_view form);

}  // namespace pivot::http
