#include "switches/kazoo/call_object.hpp"

#include "switches/member_text.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

namespace pivot::switches::kazoo {

namespace {

constexpr std::string_view texts[] = {
    "Account-ID",       "Authorizing-ID",
    "Call-ID",          "Caller-ID-Name",
    "Caller-ID-Number", "From",
    "From-Realm",       "From-User",
    "Language",         "Owner-ID",
    "Request",          "Request-Realm",
    "Request-User",     "To",
    "To-Realm",         "To-User",
};

constexpr std::string_view objects[] = {
    "Custom-Application-Vars",
    "Custom-Channel-Vars",
    "Custom-SIP-Headers",
    "Key-Value-Store",
};

constexpr std::string_view directions[] = {"inbound", "outbound"};

template <typename Words>
bool has(const Words& words, std::string_view word)
{
    return std::ranges::find(words, word) != std::end(words);
}

bool is_list_of_texts(json::Value value)
{
    if (!value.is_array()) return false;
    for (const json::Value element : value.elements()) {
        if (!element.is_string()) return false;
    }
    return true;
}

void append_member(std::string& object, std::string_view name)
{
    if (object.size() > 1) object += ',';
    json::append_quoted(object, name);
    object += ':';
}

void append_text(std::string& object, std::string_view name, json::Value value)
{
    const bool may_be_list = name == "Owner-ID" && is_list_of_texts(value);
    if (value.kind() == json::Kind::null || value.is_object()) return;
    if (value.is_array() && !may_be_list) return;
    append_member(object, name);
    if (may_be_list) return json::append_value(object, value);
    json::append_quoted(object, value.text());
}

}  // namespace

std::string call_object_of_right_types(json::Value call)
{
    std::string object = "{";
    for (const auto [name, value] : call.members()) {
        if (has(texts, name)) {
            append_text(object, name, value);
            continue;
        }
        if (has(objects, name) && !value.is_object()) continue;
        const bool is_direction = value.is_string() && has(directions, value.text());
        if (name == "Call-Direction" && !is_direction) continue;
        append_member(object, name);
        json::append_value(object, value);
    }
    return object + '}';
}

std::optional<json::Value> present_member(json::Value object, std::string_view name)
{
    const auto found = object.find(name);
    return found && found->kind() != json::Kind::null ? found : std::nullopt;
}

std::string_view scalar_of(json::Value call, std::string_view name)
{
    const auto found = present_member(call, name);
    const bool is_text = found && !found->is_object() && !found->is_array();
    return is_text ? found->text() : std::string_view();
}

// A call that accepts no commands may have an empty `control`.
CallIdentity identity_of(std::string call_object)
{
    CallIdentity identity;
    json::Document document;
    const auto read = document.read(call_object);
    assert(read);
    if (!read) return identity;
    const json::Value call = *read;
    identity.call_id = scalar_of(call, "Call-ID");
    identity.account_id = scalar_of(call, "Account-ID");
    identity.realm = scalar_of(call, "From-Realm");
    if (auto control = QueueAddress::parse(member_text(call, "Control-Queue"))) {
        identity.control = std::move(*control);
    }
    identity.fetch_id = member_text(call, "Fetch-ID");
    const auto variables = present_member(call, "Custom-Channel-Vars");
    if (variables && !member_text(*variables, "Fetch-ID").empty()) {
        identity.fetch_id = member_text(*variables, "Fetch-ID");
    }
    identity.call_object = std::move(call_object);
    return identity;
}

}  // namespace pivot::switches::kazoo
