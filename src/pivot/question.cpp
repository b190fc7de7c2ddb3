#include "pivot/question.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot {

namespace {

constexpr std::string_view form_type = "application/x-www-form-urlencoded";
constexpr std::string_view json_type = "application/json";

tl::unexpected<Failure> fail_redirect(int status, std::string_view why)
{
    return fail(Reason::redirect, Phase::read, fmt::format("{} redirect: {}", status, why));
}

}  // namespace

Result<void> Question::begin(http::DestinationCache& destinations)
{
    auto destination = destinations.find(request_.voice_url());
    if (!destination)
        return fail(Reason::bad_action, Phase::queue, "voice_url: " + destination.error());
    if (auto read = parameters_.read(request_); !read) return read;
    current_ = first_ = std::move(*destination);
    method_ = request_.method();
    return {};
}

bool Question::is_redirect(const http::Response& response)
{
    const int status = response.status;
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

Result<void> Question::follow(const http::Response& response, unsigned redirects_max,
                              const net::AddressPolicy& policy)
{
    if (progress_.redirects == redirects_max) {
        return fail_redirect(response.status, fmt::format("more than {}", redirects_max));
    }
    if (response.location.empty()) return fail_redirect(response.status, "without a Location");
    auto target = current_->url.resolve(response.location);
    if (!target) return fail_redirect(response.status, target.error());

    // Credentials stay with their origin; a Location may bring its own.
    if (target->authorization.empty() && target->origin() == current_->origin) {
        target->authorization = current_->url.authorization;
    }
    redirect_type_ = std::make_unique<const std::string>(response.content_type);
    current_ = std::make_shared<const http::Destination>(std::move(*target), policy);
    if (response.status <= 303) method_ = Method::get;
    ++progress_.redirects;
    return {};
}

void Question::append_to(std::string& message) const
{
    if (method_ == Method::get) {
        const std::string_view query = progress_.redirects == 0 ? form() : "";
        http::append_head(message, method_, *current_, query, {}, 0);
        return;
    }
    const bool is_form = request_.req_body_format() == BodyFormat::form;
    const std::string_view body = is_form ? form() : json();
    http::append_head(message, method_, *current_, {}, is_form ? form_type : json_type,
                      body.size());
    message += body;
}

Exchange Question::to_exchange() const
{
    Exchange exchange;
    exchange.method = request_.method();
    exchange.url = first_->url.to_text(exchange.method == Method::get ? form() : "");
    if (progress_.redirects > 0) exchange.final_url = current_->url.to_text();
    exchange.status = progress_.status;
    if (progress_.response != nullptr) {
        exchange.content_type = progress_.response->content_type;
    } else if (redirect_type_ != nullptr) {
        exchange.content_type = *redirect_type_;
    }
    exchange.redirects = progress_.redirects;
    exchange.was_reused = progress_.was_reused;
    if (progress_.address) exchange.address = progress_.address->to_text();
    exchange.timings_us = progress_.timings_us;
    return exchange;
}

std::string_view Question::form() const
{
    parameters_.recall(request_);
    return parameters_.form();
}

std::string_view Question::json() const
{
    parameters_.recall(request_);
    return parameters_.json();
}

}  // namespace pivot
