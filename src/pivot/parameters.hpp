// What a web server is told about a call: one list, written as a form or as JSON.
//
// Names and order are those of KAZOO's documentation for each format. What has no value is not
// sent, but custom variables and headers are: a JSON body has `{}` for them, a form has nothing.
#pragma once

#include "base/json.hpp"

#include <pivot/action.hpp>
#include <pivot/call.hpp>

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace pivot {

// Made once per reactor: it keeps its memory from call to call.
class Parameters {
public:
    Parameters();

    // Replaces the list by that of `call`, which neither changes nor goes while the list is in use.
    // Fails with invalid_json when a text of `call` that should be a JSON object is none.
    Result<void> read(const Call& call, Format format);

    // Appends pairs with `&` between them; see http/form.hpp.
    void append_form(std::string& out) const;

    // Appends one JSON object.
    void append_json(std::string& out) const;

private:
    // Views of the call, of its JSON texts, or of constants.
    using Value = std::variant<std::string_view, json::Value, std::span<const std::string>>;
    struct Parameter {
        std::string_view name;
        Value value;
    };

    // One of the call's JSON texts, read.
    struct Object {
        json::Document document;
        json::Value value;
    };

    void list_for_kazoo(const Call& call);
    void list_for_twiml(const Call& call);

    void add(std::string_view name, Value value);
    void add_stored(std::string_view name, std::string_view key);
    void add_digits();

    std::vector<Parameter> list_;
    json::Document empty_document_;
    json::Value empty_;  // `{}`
    Object store_;
    Object variables_;
    Object headers_;
};

}  // namespace pivot
