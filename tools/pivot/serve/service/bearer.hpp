// Bearer tokens of requests (RFC 6750).
#pragma once

#include "http/server_request.hpp"

#include <string_view>

namespace pivot::tools {

// Compares two tokens in a time that does not depend on where they differ.
bool are_equal_tokens(std::string_view a, std::string_view b);

// Whether the request has `Authorization: Bearer TOKEN`.
bool has_bearer(const http::ServerRequest& request, std::string_view token);

// The same, or `X-Auth-Token: TOKEN`, as clients of KAZOO's API send it.
bool has_token(const http::ServerRequest& request, std::string_view token);

}  // namespace pivot::tools
