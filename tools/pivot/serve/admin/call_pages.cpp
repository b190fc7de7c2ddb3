#include "pivot/serve/admin/call_pages.hpp"

#include "base/clock.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "http/form.hpp"
#include "http/status.hpp"
#include "pivot/serve/calls/call_ledger.hpp"
#include "pivot/serve/calls/why.hpp"

#include <utility>
#include <vector>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

using http::ServerRequest;
using http::ServerResponse;

constexpr std::size_t listed_max = 1'000;
constexpr std::size_t found_max = 20;

std::string_view level_name(LogLevel level)
{
    constexpr std::string_view names[] = {"error", "warning", "info", "debug"};
    return names[static_cast<std::size_t>(level)];
}

// With its lines and an explanation.
std::string to_long_json(const KnownCall& call)
{
    std::string json = to_json(call);
    json.back() = ',';
    json += R"("what":)";
    json::append_quoted(json, what_happened(call, unix_now_ms()));
    json += R"(,"advice":)";
    json::append_quoted(json, what_to_do(call));
    json += fmt::format(R"(,"lines_left_out":{},"lines":[)", call.lines_left_out);
    for (const CallLine& line : call.lines) {
        if (json.back() != '[') json += ',';
        json += fmt::format(R"({{"unix_ms":{},"level":"{}","text":)", line.unix_ms,
                            level_name(line.level));
        json::append_quoted(json, line.text);
        json += '}';
    }
    return json + "]}";
}

std::string to_list(const std::vector<KnownCall>& calls, std::string (*one)(const KnownCall&))
{
    std::string json = R"({"calls":[)";
    for (const KnownCall& call : calls) {
        if (json.back() != '[') json += ',';
        json += one(call);
    }
    return json + "]}";
}

}  // namespace

ServerResponse CallPages::answer(const ServerRequest& request) const
{
    if (const std::string id = id_of(request); !id.empty()) return show(id);
    return list(request.parameter("ended").has_value());
}

std::string CallPages::id_of(const ServerRequest& request)
{
    for (auto& [name, value] : http::read_form(request.query())) {
        if (name == "id") return std::move(value);
    }
    return {};
}

ServerResponse CallPages::list(bool is_of_ended) const
{
    if (!is_of_ended) return http::json_response(to_list(history_.in_flight(listed_max), &to_json));
    if (ledger_.empty()) return http::json_response(to_list(history_.ended(listed_max), &to_json));
    const auto calls = CallLedger::read(ledger_, listed_max);
    if (!calls) return http::error_response(http::status::internal_server_error, calls.error());
    return http::json_response(to_list(*calls, &to_json));
}

ServerResponse CallPages::show(std::string_view key) const
{
    auto calls = history_.find(key, found_max);
    if (calls.empty() && !ledger_.empty()) {
        auto rows = CallLedger::find(ledger_, key, found_max);
        if (!rows) return http::error_response(http::status::internal_server_error, rows.error());
        calls = std::move(*rows);
    }
    if (!calls.empty()) return http::json_response(to_list(calls, &to_long_json));
    const std::string known = ledger_.empty()
                                  ? fmt::format("the last {} are known", CallHistory::ended_max)
                                  : "those in the store are known";
    return http::error_response(http::status::not_found,
                                fmt::format("no call has the id {}, or one that begins so: {}, and "
                                            "a shortened id has at least {} characters",
                                            printable(key), known, CallHistory::prefix_bytes_min));
}

}  // namespace pivot::tools
