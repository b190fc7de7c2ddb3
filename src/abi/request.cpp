#include "abi/request.hpp"

#include "base/json.hpp"
#include "http/header.hpp"

#include <utility>

namespace pivot::abi {
namespace {

struct Text {
    std::string_view name;
    const pivot_text& from;
    std::string& to;
};

Checked<void> read_text(const Text& text)
{
    const auto bytes = read(text.from, text.name);
    if (!bytes) return tl::unexpected(bytes.error());
    text.to = *bytes;
    return {};
}

Checked<void> read_object(const Text& text, json::Document& document)
{
    if (auto done = read_text(text); !done || text.to.empty()) return done;
    const auto value = document.read(text.to);
    if (value && value->is_object()) return {};
    const std::string why = value ? "not a JSON object" : value.error().message;
    return refuse(PIVOT_BAD_JSON, fmt::format("{}: {}", text.name, why));
}

Checked<void> read_owners(const pivot_call& given, std::vector<std::string>& owners)
{
    if (given.owner_ids == nullptr && given.owner_id_count > 0) {
        return refuse(PIVOT_NULL, "owner_ids is null, but owner_id_count is not 0");
    }
    for (std::size_t i = 0; i < given.owner_id_count; ++i) {
        auto done = read_text({"owner_ids", given.owner_ids[i], owners.emplace_back()});
        if (!done) return done;
    }
    return {};
}

Checked<Call> read_call(const pivot_call& given)
{
    Call call;
    const Text texts[] = {
        {"call_id", given.call_id, call.call_id},
        {"account_id", given.account_id, call.account_id},
        {"from_user", given.from_user, call.from.user},
        {"from_realm", given.from_realm, call.from.realm},
        {"to_user", given.to_user, call.to.user},
        {"to_realm", given.to_realm, call.to.realm},
        {"request_user", given.request_user, call.request.user},
        {"request_realm", given.request_realm, call.request.realm},
        {"caller_id_name", given.caller_id_name, call.caller_id_name},
        {"caller_id_number", given.caller_id_number, call.caller_id_number},
        {"authorizing_id", given.authorizing_id, call.authorizing_id},
        {"language", given.language, call.language},
    };
    const Text objects[] = {
        {"custom_application_vars", given.custom_application_vars, call.custom_application_vars},
        {"custom_sip_headers", given.custom_sip_headers, call.custom_sip_headers},
        {"custom_channel_vars", given.custom_channel_vars, call.custom_channel_vars},
        {"key_value_store", given.key_value_store, call.key_value_store},
        {"other", given.other, call.other},
    };
    for (const Text& text : texts) {
        if (auto done = read_text(text); !done) return tl::unexpected(std::move(done.error()));
    }
    json::Document document;
    for (const Text& object : objects) {
        auto done = read_object(object, document);
        if (!done) return tl::unexpected(std::move(done.error()));
    }
    auto done = read_owners(given, call.owner_ids);
    if (!done) return tl::unexpected(std::move(done.error()));

    if (call.call_id.empty()) return refuse(PIVOT_BAD_VALUE, "call_id is empty");
    switch (given.direction) {
        case PIVOT_DIRECTION_INBOUND: call.direction = Direction::inbound; return call;
        case PIVOT_DIRECTION_OUTBOUND: call.direction = Direction::outbound; return call;
        case PIVOT_DIRECTION_OUTBOUND_API: call.direction = Direction::outbound_api; return call;
    }
    return refuse(PIVOT_BAD_VALUE, fmt::format("direction {} is invalid", int{given.direction}));
}

Checked<Call> read_call(const pivot_request& given)
{
    const bool has_json = given.call_json.size > 0;
    if ((given.call != nullptr) == has_json) {
        return refuse(PIVOT_BAD_VALUE, has_json ? "call and call_json are both set"
                                                : "neither call nor call_json is set");
    }
    if (!has_json) {
        const auto call = take(given.call, "pivot_call");
        if (!call) return tl::unexpected(call.error());
        return read_call(*call);
    }
    const auto text = read(given.call_json, "call_json");
    if (!text) return tl::unexpected(text.error());
    auto call = Call::from_json(*text);
    if (!call) return refuse(PIVOT_BAD_JSON, "call_json: " + call.error().message);
    return std::move(*call);
}

using Headers = std::vector<std::pair<std::string, std::string>>;

Checked<void> read_headers(const pivot_request& given, Headers& headers)
{
    if (given.headers == nullptr && given.header_count > 0) {
        return refuse(PIVOT_NULL, "headers is null, but header_count is not 0");
    }
    for (std::size_t i = 0; i < given.header_count; ++i) {
        auto& [name, value] = headers.emplace_back();
        if (auto done = read_text({"headers", given.headers[i].name, name}); !done) return done;
        if (auto done = read_text({"headers", given.headers[i].value, value}); !done) return done;
        if (const auto objection = http::objection_to_header(name, value); !objection.empty()) {
            return refuse(PIVOT_BAD_VALUE, fmt::format("headers: {}: {}", name, objection));
        }
    }
    return {};
}

Checked<ActionNode> read_action(const pivot_request& given, const ActionLimits& limits)
{
    const auto text = read(given.action_json, "action_json");
    if (!text) return tl::unexpected(text.error());
    auto node = ActionNode::from_json(*text, limits);
    if (!node) return refuse(PIVOT_BAD_JSON, "action_json: " + node.error().message);
    return std::move(*node);
}

}  // namespace

Checked<Request> read_request(const pivot_request* request, const ActionLimits& limits)
{
    const auto given = take(request, "pivot_request");
    if (!given) return tl::unexpected(given.error());
    if (given->iteration < 0) {
        return refuse(PIVOT_BAD_VALUE, fmt::format("iteration {} is negative", given->iteration));
    }
    auto call = read_call(*given);
    if (!call) return tl::unexpected(std::move(call.error()));
    auto node = read_action(*given, limits);
    if (!node) return tl::unexpected(std::move(node.error()));
    Request read{std::move(*call), std::move(*node), std::max(given->iteration, 1)};
    if (auto done = read_headers(*given, read.headers); !done) {
        return tl::unexpected(std::move(done.error()));
    }
    return read;
}

}  // namespace pivot::abi
