// Actions, calls and web servers that may connect to loopback, for the tests of this and every
// higher floor.
#pragma once

#include "exchange/settings.hpp"
#include "peers/dns_server.hpp"
#include "peers/http_peer.hpp"

#include <pivot/engine.hpp>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace pivot::test {

using namespace std::chrono_literals;

// A valid flow, and the child that calls go on with after a failure.
inline constexpr std::string_view hello = R"({"module":"play","data":{"id":"hello"}})";
inline constexpr std::string_view sorry = R"({"module":"play","data":{"id":"sorry"}})";

inline EngineConfig loopback()
{
    EngineConfig config;
    config.policy.allow = {"127.0.0.0/8", "::1/128"};
    config.action.timeout_max = 60s;
    return config;
}

inline EngineConfig loopback(const DnsServer& dns)
{
    auto config = loopback();
    config.dns.servers = {"127.0.0.1:" + std::to_string(dns.port())};
    return config;
}

inline std::shared_ptr<const exchange::Settings> settings_of(const EngineConfig& config)
{
    auto settings = exchange::Settings::make(config);
    if (!settings) throw std::runtime_error(settings.error());
    return *settings;
}

// The text of a pivot node with `sorry` as its `_` child. `more` are members of its data, each with
// a comma before it; without `req_timeout_ms` among them the call has half a minute.
inline std::string node(std::string_view voice_url, std::string_view more = "")
{
    auto text = R"({"module":"pivot","data":{"voice_url":")" + std::string(voice_url) + '"';
    if (more.find("req_timeout_ms") == more.npos) text += R"(,"req_timeout_ms":30000)";
    text += more;
    return text + R"(},"children":{"_":)" + std::string(sorry) + "}}";
}

inline constexpr std::string_view brief = R"(,"req_timeout_ms":250)";
inline constexpr auto brief_timeout = 250ms;

inline Call some_call()
{
    Call call;
    call.call_id = "c1";
    return call;
}

// Reads `text` as an engine at loopback() would.
inline pivot::Request request_of(std::string_view text, Call call = some_call(),
                                 const EngineConfig& config = loopback())
{
    auto node = ActionNode::from_json(text, config.action);
    if (!node) throw std::invalid_argument(node.error().message);
    return pivot::Request{std::move(call), std::move(*node)};
}

// Answers every request with `body`.
inline HttpPeer::Handler answer(std::string_view body = hello,
                                std::string_view content_type = "application/json",
                                int status = 200, std::string_view headers = "")
{
    return [body = std::string(body), content_type = std::string(content_type), status,
            headers = std::string(headers)](HttpPeer::Exchange& exchange) {
        exchange.reply(status, content_type, body, headers);
    };
}

// Answers every request with these bytes and closes.
inline HttpPeer::Handler say_and_close(std::string_view bytes)
{
    return [bytes = std::string(bytes)](HttpPeer::Exchange& exchange) {
        exchange.send(bytes);
        exchange.close();
    };
}

}  // namespace pivot::test
