// Form encoding: the body of a POST and the query of a GET (application/x-www-form-urlencoded),
// with KAZOO's brackets for nested values.
//
//     {"a":"x y","b":{"c":1,"d":["2",null]},"e":[],"f":[{"g":3}]}
//     a=x+y&b[c]=1&b[d][]=2&b[d][]=&f[]=%7B%22g%22%3A3%7D
//
// Letters, digits and `- . _ ~` stay, a space becomes `+`, every other byte `%XX`, in names and in
// values, so a bracket in the output is always the encoder's. An object in an array is written as
// its JSON text. An empty array or object is not written. A null is an empty value; at the top
// level it is not written.
#pragma once

#include "base/json.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pivot::http {

// Each reactor has one, which keeps its memory from form to form.
class FormWriter {
public:
    // Starts a new form.
    void start() { at_ = 0; }

    // `name` needs no escaping; names inside `value` may.
    void add(std::string_view name, std::string_view value);
    // Recurses as deeply as `value` is nested, which its reader limits.
    void add(std::string_view name, json::Value value);

    // The same for a name that may need escaping.
    void add_escaped(std::string_view name, std::string_view value);

    // All pairs. Valid until the next call that is not const.
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

    std::string room_;  // larger than the text, which it grows ahead of
    std::size_t at_ = 0;
};

// The size of a name or value in a form.
std::size_t form_size(std::string_view text);

// Reads the pairs of a form as a receiver does: decoded, with brackets as part of the name. A pair
// without `=` has an empty value; an empty pair is skipped.
std::vector<std::pair<std::string, std::string>> read_form(std::string_view form);

}  // namespace pivot::http
