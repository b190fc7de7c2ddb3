// The validated data of a pivot node: what to request, how, and for how long.
#pragma once

#include <pivot/failure.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pivot::inline v1 {

enum class Method : std::uint8_t { get, post };
enum class Format : std::uint8_t { kazoo, twiml };
enum class BodyFormat : std::uint8_t { form, json };

PIVOT_API std::string_view name(Method method);  // "GET", "POST"
PIVOT_API std::string_view name(Format format);  // "kazoo", "twiml"

struct ActionLimits {
    // The longest timeout that an action may have, at least 1 ms.
    std::chrono::milliseconds timeout_max{5000};

    // Accept "20" for 20 and "true" for true.
    bool coerce_types = false;
};

struct PIVOT_API Action {
    // The URL to request, http or https. Required, unless there is a `flow_doc`.
    std::string voice_url;

    // The answer, if the node has it (`serverless`): then nothing is requested. Empty if it has
    // none.
    std::string flow_doc;

    // The Content-Type of `flow_doc`.
    std::string flow_type;

    // Names and values, sent with each request of the session to the origin of `voice_url`, and
    // with those to `fallback_url`. The names begin with `X-`.
    std::vector<std::pair<std::string, std::string>> custom_request_headers;

    // Where the call detail record is posted; empty if nowhere.
    std::string cdr_url;

    Method method = Method::get;

    // Which parameters are sent.
    Format req_format = Format::kazoo;

    // How the parameters of a POST are sent.
    BodyFormat req_body_format = BodyFormat::form;

    // For the whole exchange. The default is the longest that the limits allow, up to 5 s.
    std::chrono::milliseconds timeout{5000};

    // Keep a record of each request and response.
    bool debug = false;

    // Request nothing: the outcome is `skipped`.
    bool skip_module = false;

    // Extensions of Pivot: the URL to request after another has failed, or empty, and its method,
    // by default that of `method`.
    std::string fallback_url;
    Method fallback_method = Method::get;

    // Reads the `data` object of a pivot node: the keys of KAZOO's `callflows.pivot` schemas,
    // `fallback_url` and `fallback_method`. Other keys are ignored. If `req_timeout_ms` is absent,
    // `req_timeout` counts, in seconds, as a number or as text. A timeout that is unusable or too
    // long becomes the longest that the limits allow. Fails with invalid_json if `text` is not
    // JSON, and with bad_action, whose `errors` name every key that is wrong. If there are both a
    // valid `serverless` and a `voice_url`, the former counts.
    static Result<Action> from_json(std::string_view text, const ActionLimits& limits = {});
};

// A pivot node: its action, and the child with which the callflow continues if the action fails.
struct PIVOT_API ActionNode {
    // The action, or bad_action.
    Result<Action> action;

    // JSON text of the `_` child; empty if there is none.
    std::string next;

    // Harmless mistakes in `data`: unknown keys, and a timeout that was unusable or too long.
    std::vector<Breach> warnings = {};

    // Reads `{"module":"pivot","data":{…},"children":{…}}`, a document whose `flow` is such a node,
    // or bare action data. Fails with invalid_json if `text` is not a JSON object. A mistake in the
    // node itself, such as another module, is the action's bad_action. `errors` point into `text`.
    static Result<ActionNode> from_json(std::string_view text, const ActionLimits& limits = {});
};

}  // namespace pivot::inline v1
