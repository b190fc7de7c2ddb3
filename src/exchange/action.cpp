#include <pivot/action.hpp>

#include "base/json_reader.hpp"
#include "base/text.hpp"
#include "callflow/checker.hpp"
#include "callflow/form.hpp"
#include "http/url.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <optional>

#include <fmt/format.h>

namespace pivot::inline v1 {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view coercion_advice = ", which coerce_types would take";

// How deep a node may be nested. In a flow `callflow.depth_max` is the limit.
constexpr std::size_t node_depth_max = 4'096;

constexpr json::Choice<Method> methods[] = {
    {"get", Method::get}, {"post", Method::post}, {"GET", Method::get}, {"POST", Method::post}};
constexpr json::Choice<Format> formats[] = {{"kazoo", Format::kazoo}, {"twiml", Format::twiml}};
constexpr json::Choice<BodyFormat> body_formats[] = {{"form", BodyFormat::form},
                                                     {"json", BodyFormat::json}};
constexpr json::Choice<std::string_view> flow_types[] = {{"application/json", "application/json"},
                                                         {"application/xml", "application/xml"},
                                                         {"text/xml", "text/xml"}};

// What is wrong, and what is wrong but does no harm.
struct Findings {
    json::Breaches breaches;
    json::Breaches warnings;
};

// Reads the keys of a `data` object, whose JSON pointer is `at`.
class ActionReader {
public:
    // An absent `data` is the same as an empty one.
    ActionReader(std::optional<json::Value> data, std::string at, const ActionLimits& limits,
                 Findings& findings)
        : reader_(data, std::move(at), findings.breaches),
          limits_(limits),
          breaches_(findings.breaches),
          warnings_(findings.warnings)
    {
        assert(limits.timeout_max >= milliseconds(1));
    }

    Action read();

private:
    void read_flag(std::string_view name, bool& flag);
    void read_fallback(Action& action);
    void read_serverless(Action& action);
    void read_headers(Action& action);

    // An unusable timeout is a warning: KAZOO's consoles write one into every node, and KAZOO does
    // not read it.
    milliseconds read_timeout();
    milliseconds read_milliseconds(json::Value value);
    milliseconds read_seconds(json::Value value);

    void warn_of_unread_keys();

    json::ObjectReader reader_;
    const ActionLimits& limits_;
    json::Breaches& breaches_;
    json::Breaches& warnings_;
};

tl::expected<void, std::string> check_url(std::string_view text)
{
    const auto url = http::Url::parse(text);
    if (!url) return tl::unexpected(url.error());
    return {};
}

Action ActionReader::read()
{
    Action action;
    read_serverless(action);
    if (!reader_.find("serverless")) reader_.require("voice_url");
    reader_.text("voice_url", action.voice_url, check_url);
    reader_.text("cdr_url", action.cdr_url, check_url);
    reader_.choice("method", action.method, methods);
    reader_.choice("req_format", action.req_format, formats);
    reader_.choice("req_body_format", action.req_body_format, body_formats);
    action.timeout = read_timeout();
    read_flag("debug", action.debug);
    read_flag("skip_module", action.skip_module);
    read_fallback(action);
    read_headers(action);
    warn_of_unread_keys();
    return action;
}

void ActionReader::read_fallback(Action& action)
{
    action.fallback_method = action.method;
    const bool has_url = reader_.find("fallback_url").has_value();
    reader_.text("fallback_url", action.fallback_url, check_url);
    if (has_url) {
        reader_.choice("fallback_method", action.fallback_method, methods);
    } else if (reader_.find("fallback_method")) {
        warnings_.add(reader_.at("fallback_method"), "is not read without a fallback_url");
    }
}

// KAZOO 4 does not know this key, and asks the `voice_url` beside it.
void ActionReader::read_serverless(Action& action)
{
    const auto value = reader_.find("serverless");
    if (!value) return;
    const bool has_url = reader_.find("voice_url").has_value();
    json::Breaches unused;
    json::Breaches& wrong = has_url ? unused : breaches_;
    json::ObjectReader serverless(value, reader_.at("serverless"), wrong);
    const auto document = serverless.find("flow_doc");
    if (!document) {
        serverless.require("flow_doc");
    } else if (document->is_object()) {
        json::append_value(action.flow_doc, *document);
    } else if (document->is_string() && !document->text().empty()) {
        action.flow_doc = document->text();
    } else {
        serverless.fail_mismatch("flow_doc", "a document: text or an object", *document);
    }
    const bool is_xml = first_sign(action.flow_doc) == '<';
    action.flow_type = is_xml ? "application/xml" : "application/json";
    serverless.choice("flow_type", action.flow_type, flow_types);
    if (!unused.is_empty()) action.flow_doc.clear();
    if (!has_url) return;
    if (action.flow_doc.empty()) {
        warnings_.add(reader_.at("serverless"), "is not a document with its type, and is ignored");
    } else {
        warnings_.add(reader_.at("voice_url"),
                      "is not asked: the document in \"serverless\" comes first");
    }
}

// In the words of callflow::Checker, which checks those in flows.
void ActionReader::read_headers(Action& action)
{
    using callflow::Form;
    reader_.members("custom_request_headers", [&](std::string_view name, json::Value value,
                                                  const std::string& at) {
        if (!callflow::matches(Form::extension_header, name)) {
            breaches_.add(at, fmt::format("is not allowed: a name here is {}",
                                          callflow::describe(Form::extension_header)));
        } else if (!value.is_string() || !callflow::matches(Form::header_value, value.text())) {
            breaches_.add_mismatch(at, callflow::describe(Form::header_value), value);
        } else {
            action.custom_request_headers.emplace_back(name, value.text());
        }
    });
}

// In the words of callflow::Checker, which finds them in flows.
void ActionReader::warn_of_unread_keys()
{
    constexpr std::size_t unread_max = 32;
    std::size_t count = 0;
    reader_.unread([&](std::string_view name, json::Value) {
        if (count++ >= unread_max) return;
        const std::string_view meant = reader_.meant_by(name);
        const std::string advice = meant.empty() ? std::string(", and is ignored")
                                                 : fmt::format(": did you mean \"{}\"?", meant);
        warnings_.add(reader_.at(name),
                      fmt::format("{} is not a key of pivot{}", callflow::quote(name), advice));
    });
}

void ActionReader::read_flag(std::string_view name, bool& flag)
{
    const auto value = reader_.find(name);
    const bool is_text =
        value && value->is_string() && (value->text() == "true" || value->text() == "false");
    if (!is_text) return reader_.flag(name, flag);
    flag = value->text() == "true";
    if (!limits_.coerce_types) {
        reader_.fail_mismatch(name, "a boolean", *value, coercion_advice);
    }
}

milliseconds ActionReader::read_timeout()
{
    const auto count = reader_.find("req_timeout_ms");
    const auto seconds = reader_.find("req_timeout");
    if (count) return read_milliseconds(*count);
    if (seconds) return read_seconds(*seconds);
    return std::min(Action().timeout, limits_.timeout_max);
}

milliseconds ActionReader::read_milliseconds(json::Value value)
{
    const auto is_within = [&](const std::optional<std::int64_t>& count) {
        return count && *count >= 1 && *count <= limits_.timeout_max.count();
    };
    const auto number = value.integer();
    if (is_within(number)) return milliseconds(*number);

    const auto text = value.is_string() ? parse_number<std::int64_t>(value.text()) : std::nullopt;
    if (is_within(text) && limits_.coerce_types) return milliseconds(*text);
    const std::int64_t count_max = limits_.timeout_max.count();
    warnings_.add_mismatch(
        reader_.at("req_timeout_ms"), fmt::format("an integer from 1 to {}", count_max), value,
        fmt::format("{}: using {}", is_within(text) ? coercion_advice : "", count_max));
    return limits_.timeout_max;
}

// KAZOO's documentation writes `"req_timeout": "5"`, so that text is accepted here.
milliseconds ActionReader::read_seconds(json::Value value)
{
    const auto is_number = value.kind() == json::Kind::integer ||
                           value.kind() == json::Kind::decimal || value.is_string();
    const auto seconds = is_number ? parse_number<double>(value.text()) : std::nullopt;
    const auto count_max = static_cast<double>(limits_.timeout_max.count());
    const auto count = seconds.value_or(0) * 1000;
    if (count >= 1 && count <= count_max) return milliseconds(std::llround(count));

    warnings_.add_mismatch(reader_.at("req_timeout"),
                           fmt::format("seconds from 0.001 to {}", count_max / 1000), value,
                           fmt::format(": using {}", count_max / 1000));
    return limits_.timeout_max;
}

Result<Action> settle(Action action, json::Breaches breaches)
{
    if (breaches.is_empty()) return action;
    return tl::unexpected(std::move(breaches).to_failure(Reason::bad_action, Phase::queue));
}

ActionNode read_data(json::Value data, const ActionLimits& limits)
{
    Findings findings;
    Action action = ActionReader(data, "", limits, findings).read();
    return {settle(std::move(action), std::move(findings.breaches)),
            {},
            std::move(findings.warnings).to_list()};
}

ActionNode read_node(json::Value value, std::string_view at, const ActionLimits& limits)
{
    static constexpr json::Choice<bool> modules[] = {{"pivot", true}};
    Findings findings;
    json::ObjectReader node(value, std::string(at), findings.breaches);
    Action action;
    bool is_pivot = false;
    node.require("module");
    node.choice("module", is_pivot, modules);
    if (is_pivot) {
        action = ActionReader(node.find("data"), node.at("data"), limits, findings).read();
    }
    std::string next;
    node.object("children").object_text("_", next);
    return {settle(std::move(action), std::move(findings.breaches)), std::move(next),
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

    return read_data(*data, limits).action;
}

Result<ActionNode> ActionNode::from_json(std::string_view text, const ActionLimits& limits)
{
    json::Document document(node_depth_max);
    const auto root = document.read(text);
    if (!root) return tl::unexpected(root.error());
    if (!root->is_object()) {
        json::Breaches breaches;
        breaches.add_mismatch("", "a pivot node or its data", *root);
        return tl::unexpected(std::move(breaches).to_failure(Reason::invalid_json, Phase::parse));
    }
    if (const auto flow = root->find("flow")) return read_node(*flow, "/flow", limits);
    if (root->find("module")) return read_node(*root, "", limits);

    return read_data(*root, limits);
}

}  // namespace pivot::inline v1
