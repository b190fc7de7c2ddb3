#include "http/web_socket_handshake.hpp"

#include "base/base64.hpp"
#include "base/pass_on.hpp"
#include "base/text.hpp"
#include "http/header.hpp"
#include "http/request.hpp"
#include "http/status.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include <fmt/format.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

namespace pivot::http {

namespace {

constexpr std::size_t nonce_bytes = 16;
constexpr std::size_t key_bytes = 24;  // the nonce in Base64

std::string base64_of(const std::uint8_t* octets, std::size_t size)
{
    std::string text;
    append_base64(text, {reinterpret_cast<const char*>(octets), size});
    return text;
}

tl::unexpected<Failure> refused(int status, std::string_view why)
{
    return fail(Reason::status, Phase::read,
                fmt::format("the server refused the WebSocket with {}{}", status, why));
}

tl::unexpected<Failure> explain_status(int status)
{
    switch (status) {
        case 401: return refused(status, ": wrong user or password");
        case 403: return refused(status, ": this user may not open it");
        case 404: return refused(status, ": there is nothing at this path");
        case 426: return refused(status, ": it speaks another version of WebSocket");
        case 503: return refused(status, ": it takes no more connections now");
        default: break;
    }
    const bool is_redirect = status >= 300 && status <= 399;
    return refused(status, is_redirect ? ": redirects are not followed" : "");
}

tl::unexpected<Failure> fail_handshake(std::string_view what)
{
    return fail(Reason::protocol, Phase::read,
                fmt::format("the response does not open a WebSocket: {}", what));
}

// Base64 of 16 bytes, padded.
bool is_key(std::string_view text)
{
    const auto is_sign = [](char c) { return is_letter(c) || is_digit(c) || c == '+' || c == '/'; };
    return text.size() == key_bytes && text.ends_with("==") &&
           std::ranges::all_of(text.substr(0, key_bytes - 2), is_sign);
}

tl::unexpected<UpgradeRefusal> refuse(int status, std::string_view headers, std::string_view why)
{
    return tl::unexpected(UpgradeRefusal{status, std::string(headers), std::string(why)});
}

}  // namespace

tl::expected<Url, std::string> parse_web_socket_url(std::string_view text)
{
    constexpr std::string_view scheme = "ws";
    const bool is_ws = starts_ignoring_case(text, "ws:") || starts_ignoring_case(text, "wss:");
    if (!is_ws) return Url::parse(text);
    return Url::parse(fmt::format("http{}", text.substr(scheme.size())));
}

std::string make_web_socket_key()
{
    std::array<std::uint8_t, nonce_bytes> nonce{};
    RAND_bytes(nonce.data(), static_cast<int>(nonce.size()));
    return base64_of(nonce.data(), nonce.size());
}

std::string web_socket_accept(std::string_view key)
{
    const std::string text = fmt::format("{}258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key);
    std::array<std::uint8_t, SHA_DIGEST_LENGTH> digest{};
    SHA1(reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), digest.data());
    return base64_of(digest.data(), digest.size());
}

void append_upgrade_request(std::string& message, const Destination& destination,
                            const UpgradeWish& wish)
{
    std::string lines = fmt::format(
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: {}\r\n",
        wish.key);
    if (!wish.protocol.empty())
        lines += fmt::format("Sec-WebSocket-Protocol: {}\r\n", wish.protocol);
    lines += wish.headers;
    append_head(message, "GET", destination, {}, {}, 0, lines);
}

Result<void> judge_upgrade(const Response& response, const UpgradeWish& wish)
{
    if (response.status != status::switching_protocols) return explain_status(response.status);
    if (!has_element(response.values_of("Upgrade"), "websocket")) {
        return fail_handshake("its Upgrade is not websocket");
    }
    if (!has_element(response.values_of("Connection"), "upgrade")) {
        return fail_handshake("its Connection is not Upgrade");
    }
    const auto accepts = response.values_of("Sec-WebSocket-Accept");
    if (accepts.size() != 1 || accepts.front() != web_socket_accept(wish.key)) {
        return fail_handshake("its Sec-WebSocket-Accept is not that of our key");
    }
    if (!response.values_of("Sec-WebSocket-Extensions").empty()) {
        return fail_handshake("it has extensions, which were not offered");
    }
    const auto protocols = response.values_of("Sec-WebSocket-Protocol");
    if (protocols.empty()) return {};
    if (protocols.size() == 1 && !wish.protocol.empty() && protocols.front() == wish.protocol) {
        return {};
    }
    return fail_handshake(
        fmt::format("the subprotocol {} was not offered", printable(protocols.front())));
}

tl::expected<UpgradeRequest, UpgradeRefusal> judge_upgrade_request(std::string_view method,
                                                                   std::string_view headers)
{
    if (method != "GET") return refuse(405, "Allow: GET\r\n", "a WebSocket is opened with GET");
    if (!has_element(values_of(headers, "Upgrade"), "websocket") ||
        !has_element(values_of(headers, "Connection"), "upgrade")) {
        return refuse(426, "Connection: Upgrade\r\nUpgrade: websocket\r\n",
                      "only WebSockets are served here");
    }
    const auto versions = values_of(headers, "Sec-WebSocket-Version");
    if (versions.size() != 1 || versions.front() != "13") {
        return refuse(426,
                      "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n",
                      "Sec-WebSocket-Version is not 13");
    }
    const auto keys = values_of(headers, "Sec-WebSocket-Key");
    if (keys.size() != 1 || !is_key(keys.front())) {
        return refuse(400, {}, "Sec-WebSocket-Key is not 16 bytes in Base64");
    }
    UpgradeRequest request{std::string(keys.front()), {}};
    for (std::string_view value : values_of(headers, "Sec-WebSocket-Protocol")) {
        while (!value.empty()) {
            const std::string_view protocol = trim(take_until(value, ','));
            if (!is_header_name(protocol)) {
                return refuse(400, {}, "Sec-WebSocket-Protocol is not a list of tokens");
            }
            request.protocols.emplace_back(protocol);
        }
    }
    return request;
}

std::string upgrade_response(const UpgradeRequest& request, std::string_view protocol)
{
    std::string head = fmt::format(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Accept: {}\r\n",
        web_socket_accept(request.key));
    if (!protocol.empty()) head += fmt::format("Sec-WebSocket-Protocol: {}\r\n", protocol);
    head += "\r\n";
    return head;
}

}  // namespace pivot::http
