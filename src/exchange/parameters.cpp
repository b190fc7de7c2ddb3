#include "exchange/parameters.hpp"

#include "base/text.hpp"
#include "exchange/json_object.hpp"

#include <algorithm>
#include <cassert>
#include <optional>

#include <fmt/format.h>

namespace pivot::exchange {

namespace {

// A form is written by recursion, and a host's threads may have little stack.
constexpr std::size_t depth_max = 64;

std::string_view or_else(std::string_view text, std::string_view substitute)
{
    return text.empty() ? substitute : text;
}

// KAZOO's key-value store drops what is empty on its way, so that an empty text says as little as
// null.
bool is_known(json::Value value)
{
    return value.kind() != json::Kind::null && !(value.is_string() && value.text().empty());
}

std::optional<json::Value> find_known(json::Value store, std::string_view key)
{
    const auto value = store.find(key);
    return value && is_known(*value) ? value : std::nullopt;
}

// Seconds are a number in JSON, whoever has counted them.
bool is_count(std::string_view name, std::string_view text)
{
    const bool counts = name == "Recording-Duration" || name == "RecordingDuration";
    return counts && !text.empty() && text.size() < 10 && std::ranges::all_of(text, is_digit) &&
           (text == "0" || text.front() != '0');
}

void append_json_value(std::string& out, std::string_view text)
{
    json::append_quoted(out, text);
}

void append_json_value(std::string& out, json::Value value)
{
    json::append_value(out, value);
}

}  // namespace

Parameters::Parameters()
    : empty_(*empty_document_.read("{}")),
      store_{json::Document(depth_max), empty_},
      variables_{json::Document(depth_max), empty_},
      headers_{json::Document(depth_max), empty_},
      owners_{json::Document(depth_max), empty_}
{
}

Result<void> Parameters::read(const PackedRequest& request)
{
    auto result = read(request.facts(), request.req_format());
    if (!result) return result;
    own_.clear();
    if (!request.parameters().empty()) own_ = http::read_form(request.parameters());
    for (const auto& [name, value] : own_) put(name, value);
    read_ = &request;
    return result;
}

Result<void> Parameters::read(const CallFacts& call, Format format)
{
    read_ = nullptr;  // of what was read before, something is lost
    struct Source {
        std::string_view name;
        std::string_view text;
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
    if (!call.owner_ids.empty()) {
        const auto value = owners_.document.read(call.owner_ids);
        if (!value) {
            return fail(Reason::invalid_json, Phase::queue,
                        fmt::format("the call's owner_ids: {}", value.error().message));
        }
        owners_.value = *value;
    }
    list_.clear();
    switch (format) {
        case Format::kazoo: list_for_kazoo(call); break;
        case Format::twiml: list_for_twiml(call); break;
    }
    add_request_variables();
    add_user_variables();
    return {};
}

void Parameters::recall(const PackedRequest& request)
{
    if (read_ == &request) return;
    [[maybe_unused]] const auto read = this->read(request);
    assert(read);
}

void Parameters::list_for_kazoo(const CallFacts& call)
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
    add("Direction", kazoo_name(call.direction));
    add("From", or_else(call.from.user, "nouser"));
    add("From-Realm", or_else(call.from.realm, "norealm"));
    add("Language", or_else(call.language, "en-us"));
    add_stored("Recording-Duration", "recording_duration");
    add_stored("Recording-Url", "recording_url");
    add("Request", or_else(call.request.user, "nouser"));
    add("Request-Realm", or_else(call.request.realm, "norealm"));
    add("To", or_else(call.to.user, "nouser"));
    add("To-Realm", or_else(call.to.realm, "norealm"));
    if (!call.owner_id.empty()) add("User-ID", call.owner_id);
    if (!call.owner_ids.empty()) add("User-ID", owners_.value);
}

void Parameters::list_for_twiml(const CallFacts& call)
{
    add("CallSid", call.call_id);
    if (!call.account_id.empty()) add("AccountSid", call.account_id);
    const std::string_view from = or_else(call.from.user, "nouser");
    const std::string_view to = or_else(call.to.user, "nouser");
    add("From", from);
    add("FromRealm", or_else(call.from.realm, "norealm"));
    add("To", to);
    add("ToRealm", or_else(call.to.realm, "norealm"));
    add("Caller", from);
    add("Called", to);
    const auto status = find_known(store_.value, "call_status");
    add("CallStatus", status ? Value(*status) : Value("ringing"));
    add("ApiVersion", "2010-04-01");
    add("Direction", name(call.direction));
    add("CallerName", or_else(call.caller_id_name, "unknown"));
    add("CallerNumber", or_else(call.caller_id_number, "anonymous"));
    add_stored("RecordingUrl", "recording_url");
    add_stored("RecordingDuration", "recording_duration");
    add_digits();
    add_sip_headers();
}

void Parameters::add(std::string_view name, Value value)
{
    list_.push_back({name, value, false});
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

// What verbs have left in the store before the call came here, by the names that TwiML has for it.
// In one pass: most stores are small and have none of it.
void Parameters::add_request_variables()
{
    static constexpr std::pair<std::string_view, std::string_view> names[] = {
        {"digits_collected", "Digits"},
        {"dial_call_status", "DialCallStatus"},
        {"dial_call_sid", "DialCallSid"},
        {"queue_sid", "QueueSid"},
    };
    for (const auto [key, value] : store_.value.members()) {
        for (const auto& [stored, name] : names) {
            if (key == stored && is_known(value) && find(name) == nullptr) add(name, value);
        }
    }
}

// They give way to everything else.
void Parameters::add_user_variables()
{
    const auto variables = store_.value.find("user_vars");
    if (!variables || !variables->is_object()) return;
    for (const auto [name, value] : variables->members()) {
        if (is_scalar(value)) put_if_new(name, value.text());
    }
}

// What a phone or a carrier adds to its request is told, as Twilio does.
void Parameters::add_sip_headers()
{
    names_.clear();
    for (const auto [name, value] : headers_.value.members()) {
        if (name.size() < 3 || !equals_ignoring_case(name.substr(0, 2), "X-")) continue;
        if (!is_scalar(value)) continue;
        names_.push_back(fmt::format("SipHeader_{}", name));
        list_.push_back({names_.back(), value.text(), true});
    }
}

void Parameters::put(std::string_view name, std::string_view value)
{
    read_ = nullptr;
    if (Entry* known = find(name)) {
        known->value = value;
    } else {
        list_.push_back({name, value, true});
    }
}

void Parameters::put_if_new(std::string_view name, std::string_view value)
{
    if (find(name) == nullptr) put(name, value);
}

void Parameters::remove(std::string_view name)
{
    read_ = nullptr;
    std::erase_if(list_, [name](const Entry& parameter) { return parameter.name == name; });
}

void Parameters::clear()
{
    read_ = nullptr;
    list_.clear();
}

Parameters::Entry* Parameters::find(std::string_view name)
{
    const auto found = std::ranges::find(list_, name, &Entry::name);
    return found == list_.end() ? nullptr : &*found;
}

std::string_view Parameters::form()
{
    form_.start();
    for (const Entry& parameter : list_) {
        if (parameter.is_escaped) {
            form_.add_escaped(parameter.name, std::get<std::string_view>(parameter.value));
            continue;
        }
        std::visit([&](const auto& known) { form_.add(parameter.name, known); }, parameter.value);
    }
    return form_.text();
}

// As a form has it; of an object or an array, nothing.
std::string_view Parameters::text_of(const Value& value)
{
    if (const auto* text = std::get_if<std::string_view>(&value)) return *text;
    const auto json = std::get<json::Value>(value);
    return is_scalar(json) ? json.text() : std::string_view();
}

std::string_view Parameters::json()
{
    json_.clear();
    char separator = '{';
    for (const auto& [name, value, is_escaped] : list_) {
        json_ += separator;
        separator = ',';
        json::append_quoted(json_, name);
        json_ += ':';
        const std::string_view text = text_of(value);
        if (is_count(name, text)) {
            json_ += text;
        } else {
            std::visit([&](const auto& known) { append_json_value(json_, known); }, value);
        }
    }
    json_ += '}';
    return json_;
}

}  // namespace pivot::exchange
