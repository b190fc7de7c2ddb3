#include <pivot/action.hpp>

#include "base/json.hpp"
#include "base/near_miss.hpp"
#include "callflow/checker.hpp"
#include "exchange/breaches.hpp"
#include "http/url.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <cmath>
#include <optional>

#include <fmt/format.h>

namespace pivot {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view coercion_advice = ", which coerce_types would take";

// Of a node in a flow: `callflow.depth_max` at most.
constexpr std::size_t node_depth_max = 4'096;

template <typename Number>
std::optional<Number> read_number(std::string_view text)
{
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

template <typename Value>
struct Choice {
    std::string_view text;
    Value value;
};

// What is wrong, and what is wrong but does no harm.
struct Findings {
    exchange::Breaches breaches;
    exchange::Breaches warnings;
};

// Reads the keys of one `data` object, whose JSON pointer is `at`.
class ActionReader {
public:
    ActionReader(json::Value data, std::string_view at, const ActionLimits& limits,
                 Findings& findings)
        : data_(data),
          at_(at),
          limits_(limits),
          breaches_(findings.breaches),
          warnings_(findings.warnings)
    {
        assert(limits.timeout_max >= milliseconds(1));
    }

    Action read();

private:
    // Each gives the default where the key is absent, and notes a breach where its value is wrong;
    // of a timeout a warning. KAZOO's consoles write one into every node that KAZOO does not read.
    std::string read_url(std::string_view key);
    bool read_boolean(std::string_view key);
    milliseconds read_timeout();
    milliseconds read_milliseconds(json::Value value);
    milliseconds read_seconds(json::Value value);

    void warn_of_unread_keys();

    // The first choice is the default.
    template <typename Value, std::size_t count>
    Value read_choice(std::string_view key, const std::array<Choice<Value>, count>& choices,
                      std::string_view expected);

    json::Value data_;
    std::string_view at_;
    const ActionLimits& limits_;
    exchange::Breaches& breaches_;
    exchange::Breaches& warnings_;
};

Action ActionReader::read()
{
    static constexpr std::array methods = {Choice{"get", Method::get}, Choice{"post", Method::post},
                                           Choice{"GET", Method::get},
                                           Choice{"POST", Method::post}};
    constexpr std::string_view expected_method = R"("get", "post", "GET" or "POST")";
    static constexpr std::array formats = {Choice{"kazoo", Format::kazoo},
                                           Choice{"twiml", Format::twiml}};
    static constexpr std::array body_formats = {Choice{"form", BodyFormat::form},
                                                Choice{"json", BodyFormat::json}};
    if (!data_.find("voice_url")) breaches_.add(exchange::pointer(at_, "voice_url"), "is missing");

    Action action;
    action.voice_url = read_url("voice_url");
    action.cdr_url = read_url("cdr_url");
    action.method = read_choice("method", methods, expected_method);
    action.req_format = read_choice("req_format", formats, R"("kazoo" or "twiml")");
    action.req_body_format = read_choice("req_body_format", body_formats, R"("form" or "json")");
    action.timeout = read_timeout();
    action.debug = read_boolean("debug");
    action.skip_module = read_boolean("skip_module");
    action.fallback_url = read_url("fallback_url");
    action.fallback_method = action.method;
    const bool has_fallback = data_.find("fallback_url").has_value();
    if (has_fallback && data_.find("fallback_method")) {
        action.fallback_method = read_choice("fallback_method", methods, expected_method);
    } else if (data_.find("fallback_method")) {
        warnings_.add(exchange::pointer(at_, "fallback_method"),
                      "is not read without a fallback_url");
    }
    warn_of_unread_keys();
    return action;
}

// In the words of callflow::Checker, which finds them in flows.
void ActionReader::warn_of_unread_keys()
{
    static constexpr std::array<std::string_view, 11> keys = {
        "voice_url",    "cdr_url",         "method",          "req_format",
        "fallback_url", "fallback_method", "req_body_format", "req_timeout_ms",
        "req_timeout",  "debug",           "skip_module"};
    constexpr std::size_t unread_max = 32;
    std::size_t unread = 0;
    for (const auto [name, value] : data_.members()) {
        if (std::ranges::find(keys, name) != keys.end()) continue;
        if (unread++ == unread_max) return;
        const std::string_view meant = near_miss(name, keys);
        const std::string advice = meant.empty() ? std::string(", and is ignored")
                                                 : fmt::format(": did you mean \"{}\"?", meant);
        warnings_.add(exchange::pointer(at_, name),
                      fmt::format("{} is not a key of pivot{}", callflow::quote(name), advice));
    }
}

std::string ActionReader::read_url(std::string_view key)
{
    const auto value = data_.find(key);
    if (!value) return {};
    if (!value->is_string()) {
        breaches_.add_mismatch(exchange::pointer(at_, key), "a string", *value);
        return {};
    }
    const auto url = http::Url::parse(value->text());
    if (!url) breaches_.add(exchange::pointer(at_, key), url.error());
    return std::string(value->text());
}

bool ActionReader::read_boolean(std::string_view key)
{
    const auto value = data_.find(key);
    if (!value) return false;
    if (value->kind() == json::Kind::boolean) return value->is_true();

    const bool is_boolean_text =
        value->is_string() && (value->text() == "true" || value->text() == "false");
    if (is_boolean_text && limits_.coerce_types) return value->text() == "true";
    breaches_.add_mismatch(exchange::pointer(at_, key), "a boolean", *value,
                           is_boolean_text ? coercion_advice : "");
    return false;
}

milliseconds ActionReader::read_timeout()
{
    if (const auto value = data_.find("req_timeout_ms")) return read_milliseconds(*value);
    if (const auto value = data_.find("req_timeout")) return read_seconds(*value);
    return std::min(Action().timeout, limits_.timeout_max);
}

milliseconds ActionReader::read_milliseconds(json::Value value)
{
    const auto is_within = [&](const std::optional<std::int64_t>& count) {
        return count && *count >= 1 && *count <= limits_.timeout_max.count();
    };
    const auto number = value.integer();
    if (is_within(number)) return milliseconds(*number);

    const auto text = value.is_string() ? read_number<std::int64_t>(value.text()) : std::nullopt;
    if (is_within(text) && limits_.coerce_types) return milliseconds(*text);
    const std::int64_t count_max = limits_.timeout_max.count();
    warnings_.add_mismatch(
        exchange::pointer(at_, "req_timeout_ms"), fmt::format("an integer from 1 to {}", count_max),
        value, fmt::format("{}: using {}", is_within(text) ? coercion_advice : "", count_max));
    return limits_.timeout_max;
}

// KAZOO's documentation writes `"req_timeout": "5"`, so that text is no mistake here.
milliseconds ActionReader::read_seconds(json::Value value)
{
    const auto is_number = value.kind() == json::Kind::integer ||
                           value.kind() == json::Kind::decimal || value.is_string();
    const auto seconds = is_number ? read_number<double>(value.text()) : std::nullopt;
    const auto count_max = static_cast<double>(limits_.timeout_max.count());
    const auto count = seconds.value_or(0) * 1000;
    if (count >= 1 && count <= count_max) return milliseconds(std::llround(count));

    warnings_.add_mismatch(exchange::pointer(at_, "req_timeout"),
                           fmt::format("seconds from 0.001 to {}", count_max / 1000), value,
                           fmt::format(": using {}", count_max / 1000));
    return limits_.timeout_max;
}

template <typename Value, std::size_t count>
Value ActionReader::read_choice(std::string_view key,
                                const std::array<Choice<Value>, count>& choices,
                                std::string_view expected)
{
    const auto value = data_.find(key);
    if (!value) return choices.front().value;
    for (const auto& choice : choices) {
        if (value->is_string() && value->text() == choice.text) return choice.value;
    }
    breaches_.add_mismatch(exchange::pointer(at_, key), expected, *value);
    return choices.front().value;
}

Action read_data(json::Value data, std::string_view at, const ActionLimits& limits,
                 Findings& findings)
{
    if (data.is_object()) return ActionReader(data, at, limits, findings).read();
    findings.breaches.add_mismatch(std::string(at), "an object", data);
    return {};
}

Result<Action> settle(Action action, exchange::Breaches breaches)
{
    if (breaches.is_empty()) return action;
    return tl::unexpected(std::move(breaches).to_failure(Reason::bad_action, Phase::queue));
}

// The JSON text of the `_` child; empty: none.
std::string read_next(json::Value node, std::string_view at, exchange::Breaches& breaches)
{
    std::string next;
    const auto children = node.find("children");
    if (!children) return next;

    const auto child = children->find("_");
    if (!children->is_object()) {
        breaches.add_mismatch(exchange::pointer(at, "children"), "an object", *children);
    } else if (child && !child->is_object()) {
        breaches.add_mismatch(exchange::pointer(exchange::pointer(at, "children"), "_"),
                              "an object", *child);
    } else if (child) {
        json::append_value(next, *child);
    }
    return next;
}

ActionNode read_node(json::Value node, std::string_view at, const ActionLimits& limits)
{
    Findings findings;
    exchange::Breaches& breaches = findings.breaches;
    Action action;
    const auto module = node.find("module");
    const auto data = node.find("data");
    if (!node.is_object()) {
        breaches.add_mismatch(std::string(at), "a pivot node", node);
    } else if (!module) {
        breaches.add(exchange::pointer(at, "module"), "is missing");
    } else if (!module->is_string() || module->text() != "pivot") {
        breaches.add_mismatch(exchange::pointer(at, "module"), R"("pivot")", *module);
    } else if (!data) {  // which is the same as `{}`
        breaches.add(exchange::pointer(exchange::pointer(at, "data"), "voice_url"), "is missing");
    } else {
        action = read_data(*data, exchange::pointer(at, "data"), limits, findings);
    }
    auto next = read_next(node, at, breaches);
    return {settle(std::move(action), std::move(breaches)), std::move(next),
            std::move(findings.warnings).to_list()};
}

}  // namespace

std::string_view name(Method method)
{
    switch (method) {
        case Method::get: return "GET";
        case Method::post: return "POST";
    }
    return "unknown";
}

std::string_view name(Format format)
{
    switch (format) {
        case Format::kazoo: return "kazoo";
        case Format::twiml: return "twiml";
    }
    return "unknown";
}

Result<Action> Action::from_json(std::string_view text, const ActionLimits& limits)
{
    json::Document document;
    const auto data = document.read(text);
    if (!data) return tl::unexpected(data.error());

    Findings findings;
    auto action = read_data(*data, "", limits, findings);
    return settle(std::move(action), std::move(findings.breaches));
}

Result<ActionNode> ActionNode::from_json(std::string_view text, const ActionLimits& limits)
{
    json::Document document(node_depth_max);
    const auto root = document.read(text);
    if (!root) return tl::unexpected(root.error());
    if (!root->is_object()) {
        exchange::Breaches breaches;
        breaches.add_mismatch("", "a pivot node or its data", *root);
        return tl::unexpected(std::move(breaches).to_failure(Reason::invalid_json, Phase::parse));
    }
    if (const auto flow = root->find("flow")) return read_node(*flow, "/flow", limits);
    if (root->find("module")) return read_node(*root, "", limits);

    Findings findings;
    auto action = read_data(*root, "", limits, findings);
    return ActionNode{settle(std::move(action), std::move(findings.breaches)),
                      {},
                      std::move(findings.warnings).to_list()};
}

}  // namespace pivot
