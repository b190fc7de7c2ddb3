#include "pivot/serve/api/api_door.hpp"

#include "base/clock.hpp"
#include "base/text.hpp"
#include "http/status.hpp"
#include "http/url.hpp"
#include "pivot/serve/api/api_bodies.hpp"
#include "pivot/serve/api/call_status.hpp"
#include "pivot/serve/calls/awaited_outcome.hpp"
#include "pivot/serve/calls/call_ledger.hpp"
#include "pivot/serve/service/bearer.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

using http::ServerRequest;
using http::ServerResponse;
using reactor::Deadline;
using reactor::Task;

constexpr std::string_view pivot_path = "/v1/pivot";
constexpr std::string_view calls_path = "/v1/calls";
constexpr std::string_view call_path = "/v1/calls/";
constexpr std::string_view redirect_path = "/redirect";
constexpr std::string_view hang_up_path = "/hangup";
constexpr std::string_view recordings_path = "/r/";

constexpr std::size_t listed_max = 1'000;  // calls

bool take_suffix(std::string_view& text, std::string_view suffix)
{
    if (!text.ends_with(suffix)) return false;
    text.remove_suffix(suffix.size());
    return true;
}

// Whether a comma-separated list contains this word.
bool lists(std::string_view list, std::string_view word)
{
    while (!list.empty()) {
        if (trim(take_until(list, ',')) == word) return true;
    }
    return false;
}

std::string json_of(const KnownCall& call)
{
    std::string json = fmt::format(R"({{"status":"{}","direction":"{}",)", status_of(call),
                                   call.facts.is_outbound ? "outbound-api" : "inbound");
    return json.append(to_json(call), 1);
}

// The reason why there is no call. At a limit the client should try again, perhaps elsewhere.
ServerResponse response_of(const Failure& failure)
{
    const bool is_at_limit = failure.reason == Reason::overload;
    const int status = failure.reason == Reason::blocked ? http::status::forbidden
                       : is_at_limit                     ? http::status::too_many_requests
                                                         : http::status::service_unavailable;
    ServerResponse response = http::error_response(status, failure.message);
    if (is_at_limit) response.headers = {{"Retry-After", "1"}};
    return response;
}

ServerResponse response_of(const Outcome& outcome)
{
    const bool is_at_limit = outcome.failure && outcome.failure->reason == Reason::overload &&
                             outcome.failure->phase == Phase::queue;
    return is_at_limit ? response_of(*outcome.failure) : http::json_response(outcome.to_json());
}

}  // namespace

std::optional<ApiDoor::Route> ApiDoor::route_of(std::string_view path)
{
    if (path == pivot_path) return Route{Page::pivot, {}};
    if (path == calls_path) return Route{Page::calls, {}};
    if (!path.starts_with(call_path)) return std::nullopt;
    std::string_view id = path.substr(call_path.size());
    Route route{Page::call, {}};
    if (take_suffix(id, redirect_path)) route.page = Page::redirect;
    if (take_suffix(id, hang_up_path)) route.page = Page::hang_up;
    if (id.empty() || id.find('/') != id.npos) return std::nullopt;
    route.call_id = http::unescape(id);
    return route;
}

std::string_view ApiDoor::methods_of(Page page)
{
    switch (page) {
        case Page::calls: return "GET, POST";
        case Page::call: return "GET";
        case Page::pivot:
        case Page::redirect:
        case Page::hang_up: break;
    }
    return "POST";
}

Task<ServerResponse> ApiDoor::answer(const ServerRequest& request, Deadline& deadline)
{
    const std::string_view path = request.path();
    if (path.starts_with(recordings_path)) co_return show_recording(request);
    if (path.starts_with(KazooDebugPages::path)) {
        co_return kazoo_.answer(request, account_of(request));
    }
    const auto route = route_of(path);
    if (!route) {
        co_return http::error_response(
            http::status::not_found,
            fmt::format("there is no {} here: use {}, {}, {}ID, {}ID{} or {}ID{}", printable(path),
                        pivot_path, calls_path, call_path, call_path, redirect_path, call_path,
                        hang_up_path));
    }
    const std::string_view methods = methods_of(route->page);
    if (!lists(methods, request.method)) co_return http::method_response(std::string(methods));
    const std::string* const account = account_of(request);
    if (account == nullptr) {
        ServerResponse response =
            http::error_response(http::status::unauthorized,
                                 "this needs the token of an account: Authorization: Bearer TOKEN");
        response.headers = {{"WWW-Authenticate", "Bearer"}};
        co_return response;
    }
    if (route->page == Page::pivot) co_return co_await answer_pivot(request, *account, deadline);
    if (request.method == "GET") co_return show(*route, *account);
    if (route->page == Page::calls) co_return place(request, *account);
    co_return change(*route, request, *account);
}

Task<ServerResponse> ApiDoor::answer_pivot(const ServerRequest& request, const std::string& account,
                                           Deadline& deadline)
{
    if (standing_.is_draining) {
        co_return http::error_response(http::status::service_unavailable,
                                       "no more calls are taken here");
    }
    auto asked = read_request(request.body, account, reception_);
    if (!asked) co_return http::error_response(http::status::bad_request, asked.error());
    reception_.pivots().add();
    const Outcome outcome = co_await outcome_of(reception_.engine(), std::move(*asked), deadline);
    reception_.pivots().take();
    co_return response_of(outcome);
}

// Without its client, nobody can use the outcome of a pivot.
bool ApiDoor::needs_client(const ServerRequest& request) const
{
    return request.path() == pivot_path;
}

ServerResponse ApiDoor::place(const ServerRequest& request, const std::string& account) const
{
    if (standing_.is_draining) {
        return http::error_response(http::status::service_unavailable,
                                    "no more calls are taken here");
    }
    auto call = read_outbound(request.body, account, reception_);
    if (!call) return http::error_response(http::status::bad_request, call.error());
    const std::string id = call->call.call_id;
    const auto placed = control_.place(std::move(*call));
    if (!placed) return response_of(placed.error());
    ServerResponse response = show({Page::call, id}, account);
    response.status = http::status::created;
    response.headers = {{"Location", fmt::format("{}{}", call_path, id)}};
    return response;
}

ServerResponse ApiDoor::show(const Route& route, const std::string& account) const
{
    const CallHistory& history = reception_.history();
    if (route.page == Page::call) {
        const auto call = history.call_of(route.call_id, account);
        if (!call)
            return http::error_response(http::status::not_found, "the account has no such call");
        return http::json_response(json_of(*call));
    }
    std::string list = R"({"calls":[)";
    for (const KnownCall& call : history.in_flight_of(account, listed_max)) {
        if (list.back() != '[') list += ',';
        list += json_of(call);
    }
    return http::json_response(list + "]}");
}

// For one account, calls of other accounts do not exist.
ServerResponse ApiDoor::change(const Route& route, const ServerRequest& request,
                               const std::string& account) const
{
    bool is_there = false;
    if (route.page == Page::redirect) {
        auto where = read_redirect(request.body);
        if (!where) return http::error_response(http::status::bad_request, where.error());
        is_there = reception_.redirect(route.call_id, account, std::move(*where));
    } else {
        is_there = control_.hang_up(route.call_id, &account);
    }
    if (!is_there) {
        return http::error_response(http::status::not_found,
                                    "the account has no such call in flight");
    }
    ServerResponse response;
    response.status = http::status::accepted;
    return response;
}

// The signed link is enough; no token is needed.
ServerResponse ApiDoor::show_recording(const ServerRequest& request) const
{
    if (request.method != "GET" && request.method != "HEAD")
        return http::method_response("GET, HEAD");
    const std::string_view segments = request.path().substr(recordings_path.size());
    return answer_with_recording(reception_.recordings(), segments, unix_now_ms() / 1'000);
}

// No page upgrades.
// Returns null if no account has the token. All are compared, so that timing reveals nothing.
const std::string* ApiDoor::account_of(const ServerRequest& request) const
{
    const std::string* found = nullptr;
    for (const auto& [token, account] : settings_.accounts) {
        if (has_token(request, token)) found = &account;
    }
    return found;
}

}  // namespace pivot::tools
