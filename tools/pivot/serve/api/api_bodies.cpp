#include "pivot/serve/api/api_bodies.hpp"

#include "base/json.hpp"
#include "base/json_breaches.hpp"
#include "base/json_reader.hpp"
#include "base/random_id.hpp"
#include "base/text.hpp"
#include "http/url.hpp"

#include <chrono>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

std::string json_of(json::Value value)
{
    std::string text;
    json::append_value(text, value);
    return text;
}

// The call in the body, which becomes one of this account.
tl::expected<Call, std::string> read_call(json::Value body, const std::string& account)
{
    const auto written = body.find("call");
    if (!written || !written->is_object()) {
        return tl::unexpected(
            std::string("call: is missing: write a call object with at least Call-ID"));
    }
    auto call = Call::from_json(json_of(*written));
    if (!call) return tl::unexpected("call: " + call.error().message);
    call->account_id = account;
    return std::move(*call);
}

// An action as the client wrote it: a URL, a name or a node. Empty if there is none.
std::string said_of(std::optional<json::Value> written)
{
    if (!written) return {};
    return written->is_string() ? std::string(written->text()) : json_of(*written);
}

// Reads `+493012345`, `*72`, `sip:ann@example.com`, or the name of a user. A user has no `@`, after
// which Asterisk expects a trunk. Returns an empty address for any other text.
Address callee_of(std::string_view to)
{
    const std::string_view scheme = to.substr(0, to.find(':'));
    if (equals_ignoring_case(scheme, "sip") || equals_ignoring_case(scheme, "sips")) {
        return Address(SipUri::of(to));
    }
    if (const auto number = PhoneNumber::of(to); !number.empty()) return Address(number);
    const bool is_code = to.find_first_not_of("0123456789+*#") == to.npos;
    if (is_code) return Address(DialledNumber::of(to));
    if (to.find('@') != to.npos) return {};
    return Address(UserName::of(to));
}

// The user and the host of a SIP URI. Of other addresses, the whole is the user.
Party party_of(const Address& address)
{
    if (address.kind() != Address::Kind::sip) return {address.text(), {}};
    std::string_view uri = address.text();
    take_until(uri, ':');
    uri = uri.substr(0, uri.find(';'));
    const std::size_t at = uri.rfind('@');
    if (at == uri.npos) return {{}, std::string(uri)};
    return {std::string(uri.substr(0, at)), std::string(uri.substr(at + 1))};
}

struct Wish {
    std::string to;
    std::string from;
    std::string url;
    std::string said;
    std::chrono::seconds timeout{60};
};

tl::expected<Wish, std::string> read_wish(json::Value body)
{
    Wish wish;
    json::Breaches breaches;
    json::ObjectReader reader(body, "", breaches);
    reader.required_text("to", wish.to);
    reader.text("from", wish.from);
    reader.text("url", wish.url);
    wish.said = said_of(reader.find("action"));
    reader.number("timeout", wish.timeout, 1, 600);
    reader.finish("a key of a call");
    if (breaches.is_empty()) return wish;
    return tl::unexpected(
        std::move(breaches).to_failure(Reason::invalid_json, Phase::parse).message);
}

// `url` takes only a URL, and `action` whatever an action may be elsewhere.
tl::expected<ActionNode, std::string> choose(const Wish& wish, const Reception& reception)
{
    if (wish.url.empty() == wish.said.empty()) {
        return tl::unexpected(std::string(
            wish.url.empty()
                ? "url: is missing: write url or action, which say what the callee hears"
                : "there are both url and action: use one of them"));
    }
    const bool is_url = wish.url.find("://") != wish.url.npos;
    if (!wish.url.empty() && !is_url) {
        return tl::unexpected(fmt::format("url: \"{}\" is not a URL", printable(wish.url)));
    }
    auto node = reception.choose(wish.url.empty() ? wish.said : wish.url, {});
    if (node) return node;
    return tl::unexpected((is_url ? "url: " : "action: ") + node.error());
}

}  // namespace

tl::expected<Request, std::string> read_request(const std::string& text, const std::string& account,
                                                const Reception& reception)
{
    json::Document document;
    const auto body = document.read(text);
    if (!body) return tl::unexpected(body.error().message);
    if (!body->is_object()) {
        return tl::unexpected(std::string("the body is not a JSON object with call and action"));
    }
    auto call = read_call(*body, account);
    if (!call) return tl::unexpected(std::move(call.error()));
    auto node = reception.choose(said_of(body->find("action")), call->request.user);
    if (!node) return tl::unexpected("action: " + node.error());
    return Request{std::move(*call), std::move(*node)};
}

tl::expected<OutboundCall, std::string> read_outbound(const std::string& text,
                                                      const std::string& account,
                                                      const Reception& reception)
{
    json::Document document;
    const auto body = document.read(text);
    if (!body) return tl::unexpected(body.error().message);
    if (!body->is_object()) {
        return tl::unexpected(std::string("the body is not a JSON object with to and url"));
    }
    auto wish = read_wish(*body);
    if (!wish) return tl::unexpected(std::move(wish.error()));
    OutboundCall made;
    made.callee = callee_of(wish->to);
    if (made.callee.empty()) {
        return tl::unexpected(
            fmt::format("to: \"{}\" is not a phone number, a SIP URI or the name of a user",
                        printable(wish->to)));
    }
    made.caller_id = CallerNumber::of(wish->from);
    if (made.caller_id.empty() && !wish->from.empty()) {
        return tl::unexpected(
            fmt::format("from: \"{}\" is not a number to show", printable(wish->from)));
    }
    auto node = choose(*wish, reception);
    if (!node) return tl::unexpected(std::move(node.error()));
    made.node = std::move(*node);
    made.timeout = wish->timeout;
    Call& call = made.call;
    call.call_id = "CA" + random_id();
    call.account_id = account;
    call.direction = Direction::outbound_api;
    call.from.user = made.caller_id.text();
    call.caller_id_number = made.caller_id.text();
    call.to = party_of(made.callee);
    call.request = call.to;
    return made;
}

tl::expected<Redirected, std::string> read_redirect(const std::string& text)
{
    json::Document document;
    const auto body = document.read(text);
    if (!body) return tl::unexpected(body.error().message);
    const auto url = body->find("url");
    if (!url || !url->is_string()) return tl::unexpected(std::string("url: is missing"));
    if (const auto parsed = http::Url::parse(url->text()); !parsed) {
        return tl::unexpected("url: " + parsed.error());
    }
    Redirected where;
    where.url = url->text();
    const auto method = body->find("method");
    if (!method) return where;
    const std::string_view word = method->is_string() ? method->text() : std::string_view();
    if (word != "get" && word != "post") {
        return tl::unexpected(std::string("method: is neither \"get\" nor \"post\""));
    }
    where.method = word == "get" ? Method::get : Method::post;
    return where;
}

}  // namespace pivot::tools
