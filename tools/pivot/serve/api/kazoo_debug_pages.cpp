#include "pivot/serve/api/kazoo_debug_pages.hpp"

#include "base/clock.hpp"
#include "base/json.hpp"
#include "base/random_id.hpp"
#include "base/text.hpp"
#include "http/status.hpp"
#include "http/url.hpp"
#include "pivot/admin_fields.hpp"
#include "store/debug_table.hpp"

#include <pivot/pivot.h>

#include <algorithm>
#include <ctime>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace pivot::tools {

namespace {

using http::ServerRequest;
using http::ServerResponse;
using json::Value;

constexpr std::string_view pages_path = "/pivot/debug";

// As in KAZOO.
constexpr std::size_t page_size_default = 50;
constexpr std::size_t page_size_max = 100;

// From the year 0 to 1970.
constexpr std::int64_t gregorian_s = 62'167'219'200;

// Later than any call, in Gregorian seconds.
constexpr std::int64_t created_max = 1'000'000'000'000;

std::int64_t created_of(Value record)
{
    return number_of(record, "at_unix_ms") / 1'000 + gregorian_s;
}

// ---- envelopes ----------------------------------------------------------------------------------

ServerResponse enveloped(int status, std::string json)
{
    const std::string request_id = random_id();
    const std::time_t now = unix_now_ms() / 1'000;
    json += fmt::format(R"(,"request_id":"{}","timestamp":"{:%Y-%m-%dT%H:%M:%SZ}","version":"{}")",
                        request_id, fmt::gmtime(now), pivot_version());
    json += fmt::format(R"(,"status":"{}"}})", status < 300 ? "success" : "error");
    ServerResponse response = http::json_response(std::move(json));
    response.status = status;
    response.headers = {{"X-Request-ID", request_id}};
    return response;
}

// `word` is the one that KAZOO has for it.
ServerResponse failed(int status, std::string_view word, std::string_view sentence)
{
    std::string json = R"({"data":{"message":)";
    json::append_quoted(json, sentence);
    return enveloped(status,
                     fmt::format(R"({}}},"error":"{}","message":"{}")", json, status, word));
}

// A page of a list. The keys are empty if there are none.
struct Page {
    std::vector<std::string> data;
    std::string start_key;
    std::string next_start_key;
};

ServerResponse page_response(const Page& page, std::string_view node)
{
    std::string json = R"({"data":[)";
    for (const std::string& each : page.data) {
        if (json.back() != '[') json += ',';
        json += each;
    }
    json += fmt::format(R"(],"page_size":{})", page.data.size());
    if (!page.start_key.empty()) json += fmt::format(R"(,"start_key":"{}")", page.start_key);
    if (!page.next_start_key.empty()) {
        json += fmt::format(R"(,"next_start_key":"{}")", page.next_start_key);
    }
    json += R"(,"node":)";
    json::append_quoted(json, node);
    return enveloped(200, std::move(json));
}

// Which page is wanted. A key is the number of a record and, in a call, of a document of it.
struct Wanted {
    std::size_t size = page_size_default;
    std::string start_key;
    std::optional<std::int64_t> record;
    std::size_t document = 0;
    std::int64_t created_from = 0;  // when calls began, in Gregorian seconds, both included
    std::int64_t created_to = created_max;
};

// Leaves `created` as it is if there is no such parameter. False if it is wrong.
bool read_created(const ServerRequest& request, std::string_view name, std::int64_t& created)
{
    const auto written = request.parameter(name);
    if (!written || written->empty()) return true;
    const auto number = parse_number<std::int64_t>(*written);
    if (!number || *number < 0 || *number > created_max) return false;
    created = *number;
    return true;
}

// Nothing if a parameter is wrong.
std::optional<Wanted> read_wanted(const ServerRequest& request)
{
    Wanted wanted;
    if (!read_created(request, "created_from", wanted.created_from)) return std::nullopt;
    if (!read_created(request, "created_to", wanted.created_to)) return std::nullopt;
    if (wanted.created_to < wanted.created_from) return std::nullopt;
    if (const auto size = request.parameter("page_size"); size && !size->empty()) {
        const auto number = parse_number<std::size_t>(*size);
        if (!number || *number == 0) return std::nullopt;
        wanted.size = std::min(*number, page_size_max);
    }
    const auto key = request.parameter("start_key");
    if (!key || key->empty()) return wanted;
    std::string_view document = *key;
    wanted.record = parse_number<std::int64_t>(take_until(document, '.'));
    if (!wanted.record || *wanted.record < 1) return std::nullopt;
    if (!document.empty()) {
        const auto number = parse_number<std::size_t>(document);
        if (!number) return std::nullopt;
        wanted.document = *number;
    }
    wanted.start_key = *key;
    return wanted;
}

// ---- documents ----------------------------------------------------------------------------------

// An object, of which each member is appended with its comma.
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

// `202611-CALL`: KAZOO has a database for each month.
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

// The names in lower case, and the last of equal ones.
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

// What went wrong: KAZOO has documents of these for errors in JSON, and leaves none of connections
// that failed.
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

std::vector<std::string> documents_of(Value record, std::string_view node)
{
    std::vector<std::string> documents = {request_document(record, node)};
    if (record.find("resp_status_code")) documents.push_back(response_document(record, node));
    if (record.find("reason")) documents.push_back(failure_document(record, node));
    return documents;
}

std::string entry_of(Value record, std::string_view node)
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

// The id of a call, of which a debug_id has one in it.
std::string_view call_id_of(std::string_view key)
{
    constexpr std::size_t month_digits = 6;
    if (key.size() <= month_digits + 1 || key[month_digits] != '-') return key;
    for (const char c : key.substr(0, month_digits)) {
        if (!is_digit(c)) return key;
    }
    return key.substr(month_digits + 1);
}

}  // namespace

ServerResponse KazooDebugPages::answer(const ServerRequest& request,
                                       const std::string* account_id) const
{
    std::string_view rest = request.path().substr(path.size());
    const std::size_t end = rest.find('/');
    const std::string owner = http::unescape(rest.substr(0, end));
    rest = end == rest.npos ? std::string_view() : rest.substr(end);
    if (!rest.starts_with(pages_path)) {
        return failed(http::status::not_found, "bad_identifier", "only pivot/debug is served here");
    }
    rest.remove_prefix(pages_path.size());
    if (rest.ends_with('/')) rest.remove_suffix(1);
    if (request.method != "GET") {
        ServerResponse response =
            failed(http::status::method_not_allowed, "invalid_method", "use GET");
        response.headers.emplace_back("Allow", "GET");
        return response;
    }
    if (account_id == nullptr) {
        return failed(http::status::unauthorized, "invalid_credentials",
                      "this needs the token of the account: X-Auth-Token: TOKEN");
    }
    if (owner != *account_id)
        return failed(http::status::forbidden, "forbidden", "the token belongs to another account");
    if (file_.empty()) {
        return failed(http::status::service_unavailable, "datastore_unreachable",
                      "there is no store, so no debug records are kept: set store.path");
    }
    if (rest.empty()) return list(request, owner);
    if (!rest.starts_with('/') || rest.find('/', 1) != rest.npos) {
        return failed(http::status::not_found, "bad_identifier",
                      "percent-encode the id of the call");
    }
    return show(request, owner, http::unescape(rest.substr(1)));
}

// One more is read: its number is the key of the next page.
ServerResponse KazooDebugPages::list(const ServerRequest& request,
                                     const std::string& account_id) const
{
    const auto wanted = read_wanted(request);
    if (!wanted)
        return failed(http::status::bad_request, "invalid_request",
                      "page_size, start_key, created_from or created_to is wrong");
    store::FirstRecordsQuery query;
    query.account_id = account_id;
    query.sequence_max = wanted->record.value_or(query.sequence_max);
    query.from_unix_ms = (wanted->created_from - gregorian_s) * 1'000;
    query.to_unix_ms = (wanted->created_to - gregorian_s) * 1'000 + 999;
    query.records_max = wanted->size + 1;
    const auto records = store::DebugTable::first_records(file_, query);
    if (!records)
        return failed(http::status::service_unavailable, "datastore_unreachable", records.error());
    Page page;
    page.start_key = wanted->start_key;
    json::Document document;
    for (const store::StoredRecord& record : *records) {
        if (page.data.size() == wanted->size) {
            page.next_start_key = fmt::to_string(record.sequence);
            break;
        }
        const auto read = document.read(record.json);
        if (read) page.data.push_back(entry_of(*read, node_));
    }
    return page_response(page, node_);
}

ServerResponse KazooDebugPages::show(const ServerRequest& request, const std::string& account_id,
                                     std::string_view key) const
{
    const auto wanted = read_wanted(request);
    if (!wanted)
        return failed(http::status::bad_request, "invalid_request",
                      "page_size or start_key is wrong");
    store::DebugQuery query;
    query.call_id = call_id_of(key);
    query.account_id = account_id;
    query.after = wanted->record ? *wanted->record - 1 : 0;
    query.records_max = wanted->size + 1;
    const auto records = store::DebugTable::read(file_, query);
    if (!records)
        return failed(http::status::service_unavailable, "datastore_unreachable", records.error());
    Page page;
    page.start_key = wanted->start_key;
    json::Document document;
    std::size_t skipped = wanted->document;
    for (const store::StoredRecord& record : *records) {
        const auto read = document.read(record.json);
        if (!read) continue;
        const std::vector<std::string> documents = documents_of(*read, node_);
        for (std::size_t i = std::exchange(skipped, 0); i < documents.size(); ++i) {
            if (page.data.size() == wanted->size) {
                page.next_start_key = fmt::format("{}.{}", record.sequence, i);
                return page_response(page, node_);
            }
            page.data.push_back(documents[i]);
        }
    }
    return page_response(page, node_);
}

}  // namespace pivot::tools
