#include "pivot/serve/api/kazoo_debug_pages.hpp"

#include "base/clock.hpp"
#include "base/json.hpp"
#include "base/pass_on.hpp"
#include "base/random_id.hpp"
#include "base/text.hpp"
#include "http/status.hpp"
#include "http/url.hpp"
#include "pivot/serve/api/kazoo_debug_documents.hpp"
#include "store/debug_table.hpp"

#include <pivot/pivot.h>

#include <algorithm>
#include <ctime>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <tl/expected.hpp>

namespace pivot::tools {

namespace {

using http::ServerRequest;
using http::ServerResponse;

constexpr std::string_view pages_path = "/pivot/debug";

// As in KAZOO.
constexpr std::size_t page_size_default = 50;
constexpr std::size_t page_size_max = 100;

// Later than any call, in Gregorian seconds.
constexpr std::int64_t created_max = 1'000'000'000'000;

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

// `word` is KAZOO's own for this error.
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

// The requested page. A key is the number of a record and, in a call, of a document of it.
struct Wanted {
    std::size_t size = page_size_default;
    std::string start_key;
    std::optional<std::int64_t> record;
    std::size_t document = 0;
    std::int64_t created_from = 0;  // when calls began, in Gregorian seconds, both included
    std::int64_t created_to = created_max;
};

using Error = tl::unexpected<std::string>;

Error wrong(std::string_view name, std::string_view value, std::string_view expected)
{
    return Error(fmt::format("{} is \"{}\", not {}", name, printable(value), expected));
}

// Leaves `created` as it is if there is no such parameter.
tl::expected<void, std::string> read_created(const ServerRequest& request, std::string_view name,
                                             std::int64_t& created)
{
    const auto written = request.parameter(name);
    if (!written || written->empty()) return {};
    const auto number = parse_number<std::int64_t>(*written);
    if (!number || *number < 0 || *number > created_max) {
        return wrong(name, *written, "a time in Gregorian seconds");
    }
    created = *number;
    return {};
}

// A key that was a `next_start_key`.
tl::expected<void, std::string> read_start_key(const ServerRequest& request, Wanted& wanted)
{
    const auto key = request.parameter("start_key");
    if (!key || key->empty()) return {};
    std::string_view document = *key;
    wanted.record = parse_number<std::int64_t>(take_until(document, '.'));
    const auto number = parse_number<std::size_t>(document.empty() ? "0" : document);
    if (!wanted.record || *wanted.record < 1 || !number) {
        return wrong("start_key", *key, "the next_start_key of another page");
    }
    wanted.document = *number;
    wanted.start_key = *key;
    return {};
}

// The error is a sentence.
tl::expected<Wanted, std::string> read_wanted(const ServerRequest& request)
{
    Wanted wanted;
    if (auto read = read_created(request, "created_from", wanted.created_from); !read) {
        return pass_on(read);
    }
    if (auto read = read_created(request, "created_to", wanted.created_to); !read) {
        return pass_on(read);
    }
    if (wanted.created_to < wanted.created_from) return Error("created_to is before created_from");
    if (const auto size = request.parameter("page_size"); size && !size->empty()) {
        const auto number = parse_number<std::size_t>(*size);
        if (!number || *number == 0) return wrong("page_size", *size, "a number from 1 to 100");
        wanted.size = std::min(*number, page_size_max);
    }
    if (auto read = read_start_key(request, wanted); !read) return pass_on(read);
    return wanted;
}

}  // namespace

ServerResponse KazooDebugPages::answer(const ServerRequest& request,
                                       const std::string* account_id) const
{
    std::string_view rest = request.path().substr(path.size());
    const std::size_t end = rest.find('/');
    const std::string owner = http::unescape(rest.substr(0, end));
    rest = end == rest.npos ? std::string_view() : rest.substr(end);
    const std::string_view after = rest.substr(std::min(rest.size(), pages_path.size()));
    if (!rest.starts_with(pages_path) || (!after.empty() && after.front() != '/')) {
        return failed(http::status::not_found, "bad_identifier", "only pivot/debug is served here");
    }
    rest = after;
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
    if (rest.find('/', 1) != rest.npos) {
        return failed(http::status::not_found, "bad_identifier",
                      "percent-encode the id of the call");
    }
    return show(request, owner, http::unescape(rest.substr(1)));
}

// Reads one more than the page has: its number is the key of the next page.
ServerResponse KazooDebugPages::list(const ServerRequest& request,
                                     const std::string& account_id) const
{
    const auto wanted = read_wanted(request);
    if (!wanted) return failed(http::status::bad_request, "invalid_request", wanted.error());
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
        if (read) page.data.push_back(kazoo_entry_of(*read, node_));
    }
    return page_response(page, node_);
}

ServerResponse KazooDebugPages::show(const ServerRequest& request, const std::string& account_id,
                                     std::string_view key) const
{
    const auto wanted = read_wanted(request);
    if (!wanted) return failed(http::status::bad_request, "invalid_request", wanted.error());
    store::DebugQuery query;
    query.call_id = call_id_of_kazoo_key(key);
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
        const std::vector<std::string> documents = kazoo_documents_of(*read, node_);
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
