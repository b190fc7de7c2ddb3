// What a web server is told about a call: one list, written as a form or as JSON.
//
// Names and order are those of KAZOO's documentation for each format. Parameters without a value
// are left out, except for custom variables and headers, which are `{}` in a JSON body.
#pragma once

#include "base/json.hpp"
#include "exchange/call_facts.hpp"
#include "exchange/packed_request.hpp"
#include "http/form.hpp"

#include <pivot/failure.hpp>

#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace pivot::exchange {

// The Content-Type of a body in this format.
constexpr std::string_view media_type(BodyFormat format)
{
    return format == BodyFormat::form ? "application/x-www-form-urlencoded" : "application/json";
}

// Made once per reactor: it keeps its memory from call to call.
class Parameters {
public:
    Parameters();

    // Replaces the list by that of `request`, which neither changes nor dies while the list is in
    // use. Fails with invalid_json if a text of the call that should be a JSON object is not one,
    // or has more than 64 levels.
    Result<void> read(const PackedRequest& request);

    // The same for facts that are not recalled. Whatever is added to the list outlives it.
    Result<void> read(const CallFacts& call, Format format);

    // Replaces the parameter of this name, or adds one at the end.
    void put(std::string_view name, std::string_view value);

    // Adds it, unless there is one of this name.
    void put_if_new(std::string_view name, std::string_view value);

    void remove(std::string_view name);
    void clear();

    // Reads a request again that has not changed. Free if it was the last one.
    void recall(const PackedRequest& request);

    // Pairs with `&` between them (http/form.hpp), or one JSON object. Dies with the next read.
    std::string_view form();
    std::string_view json();

private:
    // Views of the request, of its JSON texts, or of constants.
    using Value = std::variant<std::string_view, json::Value>;
    struct Entry {
        std::string_view name;
        Value value;
        bool is_escaped = false;  // anybody may have chosen the name
    };

    // One of the call's JSON texts, read.
    struct Object {
        json::Document document;
        json::Value value;
    };

    void list_for_kazoo(const CallFacts& call);
    void list_for_twiml(const CallFacts& call);

    void add(std::string_view name, Value value);
    void add_stored(std::string_view name, std::string_view key);
    void add_digits();
    void add_request_variables();
    void add_user_variables();
    void add_sip_headers();
    Entry* find(std::string_view name);
    static std::string_view text_of(const Value& value);

    std::vector<Entry> list_;
    json::Document empty_document_;
    json::Value empty_;  // `{}`
    Object store_;
    Object variables_;
    Object headers_;
    Object owners_;                                         // an array, in fact
    const PackedRequest* read_ = nullptr;                   // whose list this is
    std::deque<std::string> names_;                         // those that are made of others
    std::vector<std::pair<std::string, std::string>> own_;  // of the request itself
    http::FormWriter form_;
    std::string json_;
};

}  // namespace pivot::exchange
