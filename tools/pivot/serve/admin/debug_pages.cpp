#include "pivot/serve/admin/debug_pages.hpp"

#include "base/json.hpp"
#include "base/text.hpp"
#include "http/form.hpp"
#include "http/status.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

using http::error_response;
using http::ServerRequest;
using http::ServerResponse;

constexpr std::size_t records_max = 100;
constexpr std::size_t bytes_max = std::size_t{4} * 1024 * 1024;
constexpr std::size_t found_max = 20;

ServerResponse several(const std::vector<std::string>& calls)
{
    std::string json = R"({"call_ids":[)";
    for (const std::string& call : calls) {
        if (json.back() != '[') json += ',';
        json::append_quoted(json, call);
    }
    return http::json_response(json + "]}");
}

}  // namespace

ServerResponse DebugPages::answer(const ServerRequest& request) const
{
    if (file_.empty()) {
        return error_response(http::status::conflict,
                              "there is no store, so no debug records are kept: set store.path");
    }
    store::DebugQuery query;
    query.records_max = records_max;
    query.bytes_max = bytes_max;
    if (const auto after = request.parameter("after")) {
        query.after = parse_number<std::int64_t>(*after);
        if (!query.after)
            return error_response(http::status::bad_request,
                                  "after: is not the number of a record");
    }
    for (const auto& [name, value] : http::read_form(request.query())) {
        if (name == "id") return show(value, std::move(query));
    }
    return list(query);
}

ServerResponse DebugPages::show(std::string_view key, store::DebugQuery query) const
{
    const auto calls = calls_of(key);
    if (!calls) return error_response(http::status::internal_server_error, calls.error());
    if (calls->size() > 1) return several(*calls);
    if (calls->empty()) {
        return error_response(
            http::status::not_found,
            fmt::format("no call with debug records has the id {}, or one that begins so, and a "
                        "shortened id has at least {} characters; calls leave records if their "
                        "action has \"debug\": true",
                        printable(key), CallHistory::prefix_bytes_min));
    }
    query.call_id = calls->front();
    if (!query.after) query.after = 0;
    return list(query);
}

// A call in flight may not have left its first record yet.
store::Answer<std::vector<std::string>> DebugPages::calls_of(std::string_view key) const
{
    std::vector<std::string> ids;
    for (const KnownCall& call : history_.find(key, found_max)) ids.push_back(call.facts.id);
    if (ids.empty()) {
        store::DebugQuery exact;
        exact.call_id = key;
        exact.records_max = 1;
        const auto records = store::DebugTable::read(file_, exact);
        if (!records) return tl::unexpected(records.error());
        if (!records->empty()) ids.emplace_back(key);
    }
    if (ids.empty() && key.size() >= CallHistory::prefix_bytes_min) {
        return store::DebugTable::calls(file_, key, found_max);
    }
    std::ranges::sort(ids);
    const auto twice = std::ranges::unique(ids);
    ids.erase(twice.begin(), twice.end());
    return ids;
}

ServerResponse DebugPages::list(const store::DebugQuery& query) const
{
    const auto records = store::DebugTable::read(file_, query);
    if (!records) return error_response(http::status::internal_server_error, records.error());
    std::string json = "{";
    if (!query.call_id.empty()) {
        json += R"("call_id":)";
        json::append_quoted(json, query.call_id);
        json += ',';
    }
    const std::int64_t last = records->empty() ? query.after.value_or(0) : records->back().sequence;
    json += fmt::format(R"("last":{},"records":[)", last);
    for (const store::StoredRecord& record : *records) {
        if (json.back() != '[') json += ',';
        json += record.json;
    }
    return http::json_response(json + "]}");
}

}  // namespace pivot::tools
