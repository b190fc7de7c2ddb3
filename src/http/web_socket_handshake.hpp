// The handshake of a WebSocket (RFC 6455, section 4): an HTTP/1.1 exchange after which the
// connection is no longer HTTP.
//
// Pure, for both sides. Header lines are `Name: value` and CRLF each. Extensions are neither
// offered nor accepted.
#pragma once

#include "http/destination.hpp"
#include "http/response.hpp"
#include "http/url.hpp"

#include <pivot/failure.hpp>

#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace pivot::http {

// Reads `ws:` and `wss:` as `http:` and `https:`, which are allowed as well. The error is that of
// Url::parse.
tl::expected<Url, std::string> parse_web_socket_url(std::string_view text);

// A new value for Sec-WebSocket-Key, and the Sec-WebSocket-Accept that answers it.
std::string make_web_socket_key();
std::string web_socket_accept(std::string_view key);

// ---- the client ---------------------------------------------------------------------------------

struct UpgradeWish {
    std::string key = make_web_socket_key();
    std::string protocol;  // the subprotocol; empty for none
    std::string headers;   // further lines
};

// Appends the head of the request.
void append_upgrade_request(std::string& message, const Destination& destination,
                            const UpgradeWish& wish);

// Checks whether the response, whose headers were kept, opens the WebSocket. Fails with status or
// protocol.
Result<void> judge_upgrade(const Response& response, const UpgradeWish& wish);

// ---- the server ---------------------------------------------------------------------------------

struct UpgradeRequest {
    std::string key;
    std::vector<std::string> protocols;  // on offer, best first
};

// The response to a request that is not an upgrade.
struct UpgradeRefusal {
    int status = 400;
    std::string headers;  // which this status requires
    std::string why;      // a sentence without a full stop
};

// Judges the head of an HTTP/1.1 request.
tl::expected<UpgradeRequest, UpgradeRefusal> judge_upgrade_request(std::string_view method,
                                                                   std::string_view headers);

// The head of the response that opens the WebSocket. `protocol` is one of the request's, or empty.
std::string upgrade_response(const UpgradeRequest& request, std::string_view protocol);

}  // namespace pivot::http
