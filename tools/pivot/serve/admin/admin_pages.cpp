#include "pivot/serve/admin/admin_pages.hpp"

#include "base/json.hpp"
#include "base/text.hpp"
#include "http/status.hpp"
#include "pivot/serve/admin/serve_metrics.hpp"

#include <pivot/pivot.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace pivot::tools {

namespace {

using http::ServerRequest;
using http::ServerResponse;

constexpr std::string_view drain_path = "/drain";
constexpr std::string_view shadow_path = "/shadow";

ServerResponse text_response(int status, std::string text)
{
    ServerResponse response;
    response.status = status;
    response.content_type = "text/plain; charset=utf-8";
    response.body = std::move(text);
    return response;
}

void append_part(std::string& json, std::string_view objection)
{
    json += objection.empty() ? "\"ready\":true" : "\"ready\":false,\"message\":";
    if (!objection.empty()) json::append_quoted(json, objection);
}

}  // namespace

ServerResponse AdminPages::answer(const ServerRequest& request) const
{
    const std::string_view path = request.path();
    constexpr std::string_view paths[] = {"/livez",        "/readyz",        "/metrics",
                                          CallPages::path, DebugPages::path, shadow_path,
                                          drain_path};
    if (std::ranges::find(paths, path) == std::end(paths)) {
        return http::error_response(
            http::status::not_found,
            fmt::format("there is no {} here: use {}", printable(path), fmt::join(paths, ", ")));
    }
    if (path == drain_path) return drain(request.method);
    if (path == CallPages::path && request.method == "DELETE") return hang_up(request);
    if (request.method != "GET" && request.method != "HEAD") {
        return http::method_response(path == CallPages::path ? "GET, HEAD, DELETE" : "GET, HEAD");
    }
    if (path == "/livez") return text_response(http::status::ok, "ok\n");
    if (path == "/readyz") return readiness(request);
    if (path == CallPages::path) return calls_.answer(request);
    if (path == DebugPages::path) return debug_.answer(request);
    if (path == shadow_path) return http::json_response(describe_shadows());
    return metrics();
}

ServerResponse AdminPages::metrics() const
{
    auto calls = reception_.history().calls_by_front();
    for (const auto& front : fronts_) calls.try_emplace(std::string(front->name()), 0);
    calls.emplace("api", reception_.pivots().value());
    ServerResponse response = text_response(
        200, serve_metrics(engine_.metrics(),
                           {standing_, fronts_, shadows_, certificates_, std::move(calls),
                            reception_.calls_without_action(), reception_.calls_without_row()}));
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    return response;
}

// The drain begins or ends a moment later.
ServerResponse AdminPages::drain(std::string_view method) const
{
    const bool is_undone = method == "DELETE";
    if (method != "POST" && !is_undone) return http::method_response("POST, DELETE");
    if (standing_.is_stopping)
        return http::error_response(http::status::conflict, "it is stopping already");
    order_drain_(!is_undone);
    return text_response(http::status::accepted, "ok\n");
}

// One call, by its whole id.
ServerResponse AdminPages::hang_up(const ServerRequest& request) const
{
    const std::string id = CallPages::id_of(request);
    if (control_.hang_up(id, nullptr)) return text_response(http::status::accepted, "ok\n");
    return http::error_response(
        http::status::not_found,
        fmt::format("no call in flight has the id \"{}\": use DELETE {}?id=ID", printable(id),
                    CallPages::path));
}

ServerResponse AdminPages::readiness(const ServerRequest& request) const
{
    const std::string why = not_ready_because();
    const int status = why.empty() ? http::status::ok : http::status::service_unavailable;
    if (!request.parameter("verbose")) {
        return text_response(status, why.empty() ? "ok\n" : why + '\n');
    }
    ServerResponse response = text_response(status, describe());
    response.content_type = "application/json";
    return response;
}

std::string_view AdminPages::store_objection() const
{
    if (!engine_.can_store()) return "CDRs cannot be written, and wait in memory";
    if (!reception_.can_keep()) return "the rows of calls cannot be written, so calls are refused";
    return {};
}

bool AdminPages::lacks_numbers() const
{
    return numbers_ != nullptr && !numbers_->has_numbers();
}

// Only names, because the details are for the operator.
std::string AdminPages::not_ready_because() const
{
    std::string why;
    const auto add = [&why](std::string_view part) {
        if (!why.empty()) why += ", ";
        why += part;
    };
    if (standing_.is_draining) add("draining");
    for (const auto& front : fronts_) {
        if (!front->obstacle().empty()) add(fmt::format("{} is not ready", front->name()));
    }
    if (!engine_.can_store() || !reception_.can_keep()) add("the store is not ready");
    if (lacks_numbers()) add("there are no numbers yet");
    return why;
}

std::string AdminPages::describe() const
{
    std::string json =
        fmt::format(R"({{"ready":{},"draining":{},"version":"{}","calls":{},"fronts":[)",
                    not_ready_because().empty(), standing_.is_draining.load(), pivot_version(),
                    engine_.calls_in_flight());
    for (const auto& front : fronts_) {
        if (json.back() != '[') json += ',';
        json += R"({"name":)";
        json::append_quoted(json, front->name());
        json += ',';
        append_part(json, front->obstacle());
        json += '}';
    }
    json += R"(],"shadows":[)";
    for (const auto& shadow : shadows_) {
        if (json.back() != '[') json += ',';
        json += R"({"name":)";
        json::append_quoted(json, shadow->name());
        json += ',';
        append_part(json, shadow->obstacle());
        json += '}';
    }
    json += R"(],"store":{)";
    append_part(json, store_objection());
    json += '}';
    if (numbers_ != nullptr) {
        json += R"(,"numbers":{)";
        append_part(json, numbers_->trouble());
        json += '}';
    }
    json += R"(,"certificates":[)";
    for (const auto& [listener, unix_s] : certificates_.expiries()) {
        if (json.back() != '[') json += ',';
        json += fmt::format(R"({{"listener":"{}","expires_unix_s":{}}})", listener, unix_s);
    }
    return json + "]}\n";
}

std::string AdminPages::describe_shadows() const
{
    std::string json = R"({"shadows":[)";
    for (const auto& shadow : shadows_) {
        if (json.back() != '[') json += ',';
        json += shadow->to_json();
    }
    return json + "]}";
}

}  // namespace pivot::tools
