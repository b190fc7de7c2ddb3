#include "exchange/request.hpp"

#include "exchange/signature.hpp"

#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace pivot::exchange {

namespace {

void append_header(std::string& out, std::string_view name, std::string_view value)
{
    fmt::format_to(std::back_inserter(out), "{}: {}\r\n", name, value);
}

}  // namespace

void Request::prepare(IdempotencyToken token, Method method, BodyFormat body_format,
                      RequestExtras* extras)
{
    token_ = token;
    method_ = method;
    body_format_ = body_format;
    extras_ = extras;
    if (extras_ == nullptr) return;
    const bool is_body_signed = is_signed() && format_ == Format::twiml && method == Method::post &&
                                body_format == BodyFormat::json;
    extras_->body_query = is_body_signed ? "bodySHA256=" + body_sha256(content_.text()) : "";
}

void Request::begin(std::shared_ptr<const http::Destination> destination, reactor::Nanoseconds now)
{
    route_ = {};
    route_.begin(std::move(destination), method_);
    progress_ = {};
    progress_.started = now;
    if (extras_ == nullptr) return;
    progress_.demands = &extras_->demands;
    extras_->redirected.clear();
    extras_->began_unix_ms = extras_->clock.unix_now_ms();
    write_headers();
}

Result<void> Request::follow(const http::Response& response, unsigned redirects_max,
                             const http::DestinationRules& rules)
{
    if (extras_ == nullptr) return route_.follow(response, redirects_max, rules);
    if (extras_->is_recorded) extras_->redirected.push_back(to_asked());
    auto followed = route_.follow(response, redirects_max, rules);
    if (followed) {
        write_headers();
    } else if (extras_->is_recorded) {
        extras_->redirected.pop_back();
    }
    return followed;
}

void Request::take_cookies(const http::Response& response)
{
    if (extras_ == nullptr || extras_->cookies == nullptr) return;
    for (const auto value : response.values_of("set-cookie")) {
        extras_->cookies->take(value, destination().url, extras_->clock.unix_now_ms() / 1'000);
    }
}

void Request::append_to(std::string& message) const
{
    const Method method = route_.method();
    IdempotencyLine line;
    const bool is_plain = extras_ == nullptr;
    if (is_plain && needs_token(format_, method)) append_line(line, format_, token_);
    const std::string_view headers =
        is_plain ? std::string_view(line.data(), line.size()) : extras_->headers;
    if (method == Method::get) {
        http::append_head(message, name(method), destination(), query(), {}, 0, headers);
        return;
    }
    const std::string_view body = content_.text();
    const bool is_upload = extras_ != nullptr && !extras_->upload_type.empty();
    const std::string_view type = is_upload ? extras_->upload_type : media_type(body_format_);
    const bool is_put = is_upload && extras_->is_put;
    http::append_head(message, is_put ? "PUT" : name(method), destination(), query(), type,
                      body.size(), headers);
    message += body;
}

std::string_view Request::query() const
{
    return is_first() ? first_query() : std::string_view();
}

std::string_view Request::first_query() const
{
    if (method_ == Method::get) return content_.text();
    return extras_ != nullptr ? std::string_view(extras_->body_query) : std::string_view();
}

std::string_view Request::body() const
{
    return route_.method() == Method::get ? std::string_view() : content_.text();
}

void Request::write_headers()
{
    std::string& headers = extras_->headers;
    headers.clear();
    if (!extras_->idempotency.empty()) {
        headers = extras_->idempotency;
    } else if (needs_token(format_, route_.method())) {
        headers = idempotency_line(format_, token_.to_text());
    }
    headers += extras_->conditions;
    if (extras_->cookies != nullptr && !extras_->cookies->empty()) {
        std::string cookies;
        extras_->cookies->append_header_value(cookies, destination().url,
                                              extras_->clock.unix_now_ms() / 1'000);
        if (!cookies.empty()) append_header(headers, "Cookie", cookies);
    }
    if (is_signed()) sign();
}

void Request::sign()
{
    if (format_ == Format::kazoo) {
        append_header(extras_->headers, kazoo_signature_header,
                      kazoo_signature(extras_->key, extras_->clock.unix_now_ms() / 1'000, body()));
        return;
    }
    const auto& url = destination().url;
    std::string& signed_url = extras_->signed_url;
    signed_url = is_first() ? std::string(http::front(extras_->url))
                            : fmt::format("{}://{}", http::name(url.scheme), url.authority());
    url.append_target(signed_url, query());
    const bool is_form = body_format_ == BodyFormat::form;
    append_header(extras_->headers, twilio_signature_header,
                  twilio_form_signature(extras_->key, signed_url, is_form ? body() : ""));
}

std::string Request::answered_url() const
{
    if (is_first()) return extras_->url;
    const http::Url& url = destination().url;
    if (url.origin() != route_.first().url.origin()) return url.to_text();
    return std::string(http::front(extras_->url)) + url.target;
}

std::string Request::headers() const
{
    std::string message;
    append_to(message);
    const auto begin = message.find("\r\n") + 2;
    return message.substr(begin, message.find("\r\n\r\n") + 2 - begin);
}

// The request that was asked last.
AskedRequest Request::to_asked() const
{
    AskedRequest asked;
    asked.method = route_.method();
    asked.url = destination().url.to_text(query());
    if (progress_.response != nullptr) asked.status = progress_.status;
    asked.body = body();
    return asked;
}

std::vector<AskedRequest> Request::asked() const
{
    std::vector<AskedRequest> all = extras_->redirected;
    if (!all.empty()) all.push_back(to_asked());
    return all;
}

Exchange Request::to_exchange() const
{
    Exchange exchange;
    exchange.method = method_;
    exchange.url = route_.first().url.to_text(first_query());
    if (!is_first()) exchange.final_url = route_.current().url.to_text();
    exchange.status = progress_.status;
    exchange.content_type = progress_.response != nullptr
                                ? std::string_view(progress_.response->content_type)
                                : route_.redirect_type();
    exchange.redirects = static_cast<int>(route_.redirects());
    exchange.was_reused = progress_.was_reused;
    if (progress_.address) exchange.address = progress_.address->to_text();
    exchange.timings_us = progress_.timings_us;
    return exchange;
}

}  // namespace pivot::exchange
