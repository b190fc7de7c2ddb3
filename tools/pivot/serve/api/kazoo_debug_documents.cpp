#include "pivot/serve/api/kazoo_debug_documents.hpp"

#include "base/text.hpp"
#include "pivot/admin_fields.hpp"

#include <cstdint>
#include <ctime>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace pivot::tools {

namespace {

using json::Value;

std::int64_t created_of(Value record)
{
    return number_of(record, "at_unix_ms") / 1'000 + gregorian_s;
}

// Builds a JSON object member by member.
class Object {
public:
    Object& add(std::string_view name, std::string_view text)
    {
        add_name(name);
        json::append_quoted(json_, text);
        return *this;
    }
    Object& add(std::string_view name, std::int64_t number)
    {
        add_name(name);
        json_ += fmt::to_string(number);
        return *this;
    }
    Object& add_json(std::string_view name, std::string_view json)
    {
        add_name(name);
        json_ += json;
        return *this;
    }
    std::string take() { return std::move(json_) + '}'; }

private:
    void add_name(std::string_view name)
    {
        if (json_.size() > 1) json_ += ',';
        json::append_quoted(json_, name);
        json_ += ':';
    }

    std::string json_ = "{";
};

// `202611-CALL`, because KAZOO has a database for each month.
std::string debug_id_of(Value record)
{
    const std::time_t at = number_of(record, "at_unix_ms") / 1'000;
    return fmt::format("{:%Y%m}-{}", fmt::gmtime(at), text_of(record, "call_id"));
}

void add_common(Object& object, Value record, std::string_view node)
{
    object.add("call_id", text_of(record, "call_id"))
        .add("debug_id", debug_id_of(record))
        .add("created", created_of(record))
        .add("node", node)
        .add("iteration", number_of(record, "iteration"));
}

bool has_errors_of(Value record, std::string_view reason)
{
    return text_of(record, "reason") == reason;
}

bool has_schema_errors(Value record)
{
    return has_errors_of(record, "invalid_callflow");
}

bool has_json_errors(Value record)
{
    return has_errors_of(record, "invalid_json");
}

std::string in_lower_case(std::string text)
{
    for (char& c : text) c = lower(c);
    return text;
}

// Names are in lower case, and the last of equal ones counts.
std::string headers_of(Value record, std::string_view name)
{
    const auto headers = record.find(name);
    if (!headers || !headers->is_array()) return "{}";
    std::vector<std::pair<std::string, std::string>> found;
    for (const Value header : headers->elements()) {
        std::string key = in_lower_case(text_of(header, "name"));
        std::erase_if(found, [&](const auto& before) { return before.first == key; });
        found.emplace_back(std::move(key), text_of(header, "value"));
    }
    Object object;
    for (const auto& [key, value] : found) object.add(key, value);
    return object.take();
}

std::string request_document(Value record, std::string_view node)
{
    Object object;
    add_common(object, record, node);
    object.add("uri", text_of(record, "uri"))
        .add("method", in_lower_case(text_of(record, "method")))
        .add_json("req_headers", headers_of(record, "req_headers"))
        .add("req_body", text_of(record, "req_body"));
    return object.take();
}

std::string response_document(Value record, std::string_view node)
{
    Object object;
    add_common(object, record, node);
    object.add("resp_status_code", text_of(record, "resp_status_code"))
        .add_json("resp_headers", headers_of(record, "resp_headers"))
        .add("resp_body", text_of(record, "resp_body"));
    return object.take();
}

// `/children/_/data/id` becomes `children._.data.id`.
std::string dotted(std::string_view pointer)
{
    std::string path;
    if (pointer.starts_with('/')) pointer.remove_prefix(1);
    for (const char c : pointer) {
        if (c == '.') {
            path += "%2E";
        } else {
            path += c == '/' ? '.' : c;
        }
    }
    return path;
}

std::string schema_errors_of(Value record)
{
    Object errors;
    const auto found = record.find("errors");
    if (!found || !found->is_array()) return "{}";
    for (const Value error : found->elements()) {
        Object message;
        message.add("message", text_of(error, "error"));
        Object code;
        code.add_json("error", message.take());
        errors.add_json(dotted(text_of(error, "at")), code.take());
    }
    return errors.take();
}

// What went wrong. KAZOO has such documents for errors in JSON, but none for failed connections.
std::string failure_document(Value record, std::string_view node)
{
    Object object;
    add_common(object, record, node);
    const std::string message = text_of(record, "message");
    if (has_json_errors(record)) {
        Object error;
        error.add("message", message);
        object.add_json("json_errors", error.take());
    }
    if (has_schema_errors(record)) object.add_json("schema_errors", schema_errors_of(record));
    object.add("reason", text_of(record, "reason"))
        .add("phase", text_of(record, "phase"))
        .add("message", message);
    return object.take();
}

}  // namespace

std::vector<std::string> kazoo_documents_of(Value record, std::string_view node)
{
    std::vector<std::string> documents = {request_document(record, node)};
    if (record.find("resp_status_code")) documents.push_back(response_document(record, node));
    if (record.find("reason")) documents.push_back(failure_document(record, node));
    return documents;
}

std::string kazoo_entry_of(Value record, std::string_view node)
{
    Object object;
    add_common(object, record, node);
    object.add("uri", text_of(record, "uri"));
    if (record.find("resp_status_code")) {
        object.add("status_code", text_of(record, "resp_status_code"));
    }
    object.add_json("has_schema_errors", has_schema_errors(record) ? "true" : "false")
        .add_json("has_json_errors", has_json_errors(record) ? "true" : "false");
    return object.take();
}

std::string_view call_id_of_kazoo_key(std::string_view key)
{
    constexpr std::size_t month_digits = 6;
    if (key.size() <= month_digits + 1 || key[month_digits] != '-') return key;
    for (const char c : key.substr(0, month_digits)) {
        if (!is_digit(c)) return key;
    }
    return key.substr(month_digits + 1);
}

}  // namespace pivot::tools
