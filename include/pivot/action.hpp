// The data of a pivot node, validated: what to ask, how, and for how long.
#pragma once

#include <pivot/failure.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace pivot {

enum class Method : std::uint8_t { get, post };
enum class Format : std::uint8_t { kazoo, twiml };
enum class BodyFormat : std::uint8_t { form, json };

PIVOT_API std::string_view name(Method method);  // "GET", "POST"
PIVOT_API std::string_view name(Format format);  // "kazoo", "twiml"

struct ActionLimits {
    std::chrono::milliseconds timeout_max{5000};  // at least 1
    bool coerce_types = false;                    // take "20" for 20 and "true" for true
};

struct PIVOT_API Action {
    std::string voice_url;
    std::string cdr_url;  // empty: none
    Method method = Method::get;
    Format req_format = Format::kazoo;
    BodyFormat req_body_format = BodyFormat::form;
    std::chrono::milliseconds timeout{5000};  // by default as much of this as the limits allow
    bool debug = false;
    bool skip_module = false;

    // Not part of KAZOO: the URL to ask when another has failed. Empty: none.
    std::string fallback_url;
    Method fallback_method = Method::get;  // by default the same as `method`

    // Reads the `data` object of a pivot node: the keys of KAZOO's `callflows.pivot` schema,
    // `fallback_url` and `fallback_method`, all others ignored. Where `req_timeout_ms` is absent,
    // `req_timeout` counts, in seconds, as a number or as text. A timeout that is unusable or
    // longer than the limits allow is the longest that they do. Fails with invalid_json when `text`
    // is not JSON, and with bad_action, whose `errors` name every key that is wrong.
    static Result<Action> from_json(std::string_view text, const ActionLimits& limits = {});
};

// A pivot node: its action, and the child that the callflow goes on with when the action fails.
struct PIVOT_API ActionNode {
    Result<Action> action;
    std::string next;  // JSON text of the `_` child; empty: none

    // What is wrong in `data` and does no harm: a timeout that is unusable or too long becomes the
    // longest that the limits allow.
    std::vector<Breach> warnings = {};

    // Reads `{"module":"pivot","data":{…},"children":{…}}`, a document whose `flow` is one, or bare
    // action data. Fails with invalid_json when `text` is not a JSON object at all; what is wrong
    // with the node itself, such as another module, is the action's bad_action. `errors` point into
    // `text`.
    static Result<ActionNode> from_json(std::string_view text, const ActionLimits& limits = {});
};

}  // namespace pivot
