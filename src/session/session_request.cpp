#include "session/session_request.hpp"

#include "base/clock.hpp"
#include "base/pass_on.hpp"
#include "exchange/asked_exchange.hpp"
#include "exchange/exchanges.hpp"
#include "exchange/signature.hpp"
#include "http/destination.hpp"

#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace pivot::session {

namespace {

using reactor::Deadline;
using reactor::Task;

void append_header(std::string& out, std::string_view name, std::string_view value)
{
    fmt::format_to(std::back_inserter(out), "{}: {}\r\n", name, value);
}

}  // namespace

Signing signing_of(const exchange::Exchanges& exchanges, std::string_view account_id, Format format)
{
    const auto& signing = exchanges.config.signing;
    const auto known = signing.keys.find(std::string(account_id));
    return {known == signing.keys.end() ? signing.key : known->second, format};
}

Result<std::unique_ptr<SessionRequest>> SessionRequest::make(Content content,
                                                             http::CookieJar* cookies,
                                                             const http::Demands& demands,
                                                             exchange::Exchanges& exchanges)
{
    auto destination = exchanges.destinations.find(content.url);
    if (!destination) return fail(Reason::bad_action, Phase::queue, destination.error());
    if (!content.sends_sni) {
        destination =
            std::make_shared<const http::Destination>((*destination)->url, exchanges.rules, false);
    }
    return std::unique_ptr<SessionRequest>(
        new SessionRequest(std::move(content), std::move(*destination), cookies, demands));
}

SessionRequest::SessionRequest(Content content,
                               std::shared_ptr<const http::Destination> destination,
                               http::CookieJar* cookies, const http::Demands& demands)
    : content_(std::move(content)),
      destination_(std::move(destination)),
      cookies_(cookies),
      demands_(demands)
{
    const bool is_form = content_.body_format == BodyFormat::form;
    const bool is_signed =
        !content_.signing.key.empty() && content_.signing.format == Format::twiml;
    if (content_.method == Method::post && !is_form && is_signed) {
        body_query_ = "bodySHA256=" + exchange::body_sha256(content_.text);
    }
}

Task<Result<void>> SessionRequest::run(exchange::Exchanges& exchanges, Deadline& deadline)
{
    reading_.give_back();
    route_ = {};
    route_.begin(destination_, content_.method);
    redirects_.clear();
    redirected_.clear();
    progress_ = {};
    response_ = {};
    progress_.demands = &demands_;
    progress_.started = exchanges.reactor.now();
    if (deadline.has_expired()) co_return tl::unexpected(deadline.failure(Phase::queue));
    while (true) {
        write_headers();
        auto asked = co_await exchanges.client->ask(*this, progress_, deadline);
        progress_.timings_us.total = (exchanges.reactor.now() - progress_.started) / 1'000;
        if (!asked) co_return pass_on(asked);
        response_ = std::move(*asked);
        take_cookies(*response_);
        if (!http::Route::is_redirect(*response_)) break;
        Hop hop = to_hop();
        auto followed =
            route_.follow(*response_, exchanges.config.http.redirects_max, exchanges.rules);
        if (!followed) co_return followed;
        redirected_.push_back(std::move(hop));
        redirects_.push_back(destination().url.to_text());
    }
    if (!demands_.keeps_headers) co_return Result<void>();
    auto reading = co_await make_readable(*response_, destination().origin, exchanges.long_answers,
                                          exchanges.client_config.response, deadline);
    if (!reading) co_return tl::unexpected(std::move(reading.error()));
    reading_ = std::move(*reading);
    co_return Result<void>();
}

void SessionRequest::append_to(std::string& message) const
{
    http::append_head(message, route_.method(), destination(), query(), content_type(),
                      body().size(), headers_);
    message += body();
}

std::string_view SessionRequest::query() const
{
    if (!is_first()) return {};
    return content_.method == Method::get ? content_.text : body_query_;
}

std::string_view SessionRequest::content_type() const
{
    if (route_.method() == Method::get) return {};
    return exchange::media_type(content_.body_format);
}

std::string_view SessionRequest::body() const
{
    return route_.method() == Method::get ? std::string_view() : content_.text;
}

void SessionRequest::write_headers()
{
    headers_ = content_.headers;
    if (cookies_ != nullptr && !cookies_->empty()) {
        std::string cookies;
        cookies_->append_header_value(cookies, destination().url, unix_now_ms() / 1'000);
        if (!cookies.empty()) append_header(headers_, "Cookie", cookies);
    }
    if (!content_.signing.key.empty()) sign();
}

void SessionRequest::sign()
{
    const Signing& signing = content_.signing;
    if (signing.format == Format::kazoo) {
        append_header(headers_, exchange::kazoo_signature_header,
                      exchange::kazoo_signature(signing.key, unix_now_ms() / 1'000, body()));
        return;
    }
    const auto& url = destination().url;
    signed_url_ = is_first() ? std::string(http::front(content_.url))
                             : fmt::format("{}://{}", http::name(url.scheme), url.authority());
    url.append_target(signed_url_, query());
    const bool is_form = content_.body_format == BodyFormat::form;
    append_header(headers_, exchange::twilio_signature_header,
                  exchange::twilio_form_signature(signing.key, signed_url_, is_form ? body() : ""));
}

void SessionRequest::take_cookies(const http::Response& response)
{
    if (cookies_ == nullptr) return;
    for (const auto value : response.values_of("set-cookie")) {
        cookies_->take(value, destination().url, unix_now_ms() / 1'000);
    }
}

std::string SessionRequest::answered_url() const
{
    if (is_first()) return content_.url;
    const http::Url& url = destination().url;
    if (url.origin() != destination_->url.origin()) return url.to_text();
    return std::string(http::front(content_.url)) + url.target;
}

std::string SessionRequest::headers() const
{
    std::string message;
    append_to(message);
    const auto begin = message.find("\r\n") + 2;
    return message.substr(begin, message.find("\r\n\r\n") + 2 - begin);
}

// The request that was asked last.
Hop SessionRequest::to_hop() const
{
    Hop hop;
    hop.method = route_.method();
    hop.url = destination().url.to_text(query());
    if (progress_.response != nullptr) hop.status = progress_.status;
    hop.body = body();
    return hop;
}

std::vector<Hop> SessionRequest::hops() const
{
    std::vector<Hop> hops = redirected_;
    if (!hops.empty()) hops.push_back(to_hop());
    return hops;
}

Exchange SessionRequest::to_exchange() const
{
    const bool is_get = content_.method == Method::get;
    return exchange::asked_exchange(content_.method, is_get ? content_.text : body_query_, route_,
                                    progress_);
}

}  // namespace pivot::session
