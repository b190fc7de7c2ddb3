#include "pivot/serve/admin/admin_door.hpp"

#include "base/text.hpp"
#include "http/status.hpp"
#include "net/address.hpp"
#include "pivot/serve/service/bearer.hpp"

#include <string_view>
#include <utility>

namespace pivot::tools {

namespace {

using http::ServerRequest;
using http::ServerResponse;
using reactor::Deadline;
using reactor::Task;

// `127.0.0.1:9090`, `[::1]`, `localhost`.
bool is_address_or_localhost(std::string_view host)
{
    if (host.starts_with('[')) return true;  // only addresses have brackets
    const std::string_view name = take_until(host, ':');
    return equals_ignoring_case(name, "localhost") || net::IpAddress::parse(name).has_value();
}

}  // namespace

AdminDoor::AdminDoor(const net::ListenAddress& address, std::string token, const AdminPages& pages)
    : is_socket_(address.ip() == nullptr),
      is_local_(address.is_local()),
      token_(std::move(token)),
      pages_(pages)
{
}

Task<ServerResponse> AdminDoor::answer(const ServerRequest& request, Deadline& /*deadline*/)
{
    co_return respond(request);
}

// No page upgrades.
ServerResponse AdminDoor::respond(const ServerRequest& request) const
{
    if (is_socket_) return pages_.answer(request);
    const bool has_host = !request.host.empty();  // browsers send one, and HTTP/1.0 probes do not
    if (has_host && !is_address_or_localhost(request.host)) {
        return http::error_response(
            http::status::misdirected_request,
            "name this host by its address, or as localhost: other names are refused");
    }
    if (!needs_token(request) || has_token(request)) return pages_.answer(request);
    ServerResponse response =
        http::error_response(http::status::unauthorized,
                             "this needs the token: Authorization: Bearer TOKEN, or ?token=TOKEN");
    response.headers = {{"WWW-Authenticate", "Bearer"}};
    return response;
}

bool AdminDoor::needs_token(const ServerRequest& request) const
{
    const std::string_view path = request.path();
    const bool is_health = path == "/livez" || (path == "/readyz" && !request.parameter("verbose"));
    return !is_health && !(is_local_ && path == "/metrics");
}

bool AdminDoor::has_token(const ServerRequest& request) const
{
    return has_bearer(request, token_) ||
           are_equal_tokens(request.parameter("token").value_or(""), token_);
}

}  // namespace pivot::tools
