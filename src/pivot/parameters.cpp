#include "pivot/parameters.hpp"

#include "http/form.hpp"

#include <optional>

#include <fmt/format.h>

namespace pivot {
namespace {

std::string_view or_else(std::string_view text, std::string_view substitute)
{
    return text.empty() ? substitute : text;
}

// KAZOO's key-value store drops what is empty on its way, so that an empty text says as little as
// null.
std::optional<json::Value> find_known(json::Value store, std::string_view key)
{
    const auto value = store.find(key);
    if (!value || value->kind() == json::Kind::null) return std::nullopt;
    if (value->is_string() && value->text().empty()) return std::nullopt;
    return value;
}

void append_json_value(std::string& out, std::string_view text)
{
    json::append_quoted(out, text);
}

void append_json_value(std::string& out, json::Value value)
{
    json::append_value(out, value);
}

void append_json_value(std::string& out, std::span<const std::string> elements)
{
    out += '[';
    for (const auto& element : elements) {
        if (&element != elements.data()) out += ',';
        json::append_quoted(out, element);
    }
    out += ']';
}

}  // namespace

Parameters::Parameters()
    : empty_(*empty_document_.read("{}")),
      store_{json::Document(), empty_},
      variables_{json::Document(), empty_},
      headers_{json::Document(), empty_}
{
}

Result<void> Parameters::read(const Call& call, Format format)
{
    struct Source {
        std::string_view name;
        const std::string& text;
        Object& object;
    };
    const Source sources[] = {{"key_value_store", call.key_value_store, store_},
                              {"custom_application_vars", call.custom_application_vars, variables_},
                              {"custom_sip_headers", call.custom_sip_headers, headers_}};
    for (const auto& [name, text, object] : sources) {
        object.value = empty_;
        if (text.empty() || text == "{}") continue;
        const auto value = object.document.read(text);
        if (!value || !value->is_object()) {
            const auto why = value ? "not a JSON object" : value.error().message;
            return fail(Reason::invalid_json, Phase::queue,
                        fmt::format("the call's {}: {}", name, why));
        }
        object.value = *value;
    }
    list_.clear();
    switch (format) {
        case Format::kazoo: list_for_kazoo(call); break;
        case Format::twiml: list_for_twiml(call); break;
    }
    return {};
}

void Parameters::list_for_kazoo(const Call& call)
{
    if (!call.account_id.empty()) add("Account-ID", call.account_id);
    add("Api-Version", "4.x");
    add("Call-ID", call.call_id);
    add_stored("Call-Status", "call_status");
    add("Caller-ID-Name", or_else(call.caller_id_name, "unknown"));
    add("Caller-ID-Number", or_else(call.caller_id_number, "anonymous"));
    add("Custom-Application-Vars", variables_.value);
    add("Custom-SIP-Headers", headers_.value);
    add_digits();
    add("Direction", name(call.direction));
    add("From", or_else(call.from.user, "nouser"));
    add("From-Realm", or_else(call.from.realm, "norealm"));
    add("Language", or_else(call.language, "en-us"));
    add_stored("Recording-Duration", "recording_duration");
    add_stored("Recording-Url", "recording_url");
    add("Request", or_else(call.request.user, "nouser"));
    add("Request-Realm", or_else(call.request.realm, "norealm"));
    add("To", or_else(call.to.user, "nouser"));
    add("To-Realm", or_else(call.to.realm, "norealm"));
    if (call.owner_ids.size() == 1) add("User-ID", call.owner_ids.front());
    if (call.owner_ids.size() > 1) add("User-ID", std::span(call.owner_ids));
}

void Parameters::list_for_twiml(const Call& call)
{
    add("CallSid", call.call_id);
    if (!call.account_id.empty()) add("AccountSid", call.account_id);
    add("From", or_else(call.from.user, "nouser"));
    add("FromRealm", or_else(call.from.realm, "norealm"));
    add("To", or_else(call.to.user, "nouser"));
    add("ToRealm", or_else(call.to.realm, "norealm"));
    add_stored("CallStatus", "call_status");
    add("ApiVersion", "2010-04-01");
    add("Direction", name(call.direction));
    add("CallerName", or_else(call.caller_id_name, "unknown"));
    add("CallerNumber", or_else(call.caller_id_number, "anonymous"));
    add_stored("RecordingUrl", "recording_url");
    add_stored("RecordingDuration", "recording_duration");
    add_digits();
}

void Parameters::add(std::string_view name, Value value)
{
    list_.push_back({name, value});
}

void Parameters::add_stored(std::string_view name, std::string_view key)
{
    if (const auto value = find_known(store_.value, key)) add(name, *value);
}

// A verb's digits go before those that the callflow collected under names.
void Parameters::add_digits()
{
    auto digits = find_known(store_.value, "digit_pressed");
    if (!digits) digits = find_known(store_.value, "dtmf_collections");
    if (digits) add("Digits", *digits);
}

void Parameters::append_form(std::string& out) const
{
    http::FormWriter form(out);
    for (const auto& [name, value] : list_) {
        std::visit([&, name = name](const auto& known) { form.add(name, known); }, value);
    }
}

void Parameters::append_json(std::string& out) const
{
    char separator = '{';
    for (const auto& [name, value] : list_) {
        out += separator;
        separator = ',';
        json::append_quoted(out, name);
        out += ':';
        std::visit([&](const auto& known) { append_json_value(out, known); }, value);
    }
    out += '}';
}

}  // namespace pivot
