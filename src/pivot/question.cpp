#include "pivot/question.hpp"

#include <utility>

namespace pivot {

namespace {

constexpr std::string_view form_type = "application/x-www-form-urlencoded";
constexpr std::string_view json_type = "application/json";

}  // namespace

Result<void> Question::begin(http::DestinationCache& destinations)
{
    auto destination = destinations.find(request_.voice_url());
    if (!destination)
        return fail(Reason::bad_action, Phase::queue, "voice_url: " + destination.error());
    if (auto read = parameters_.read(request_); !read) return read;
    route_.begin(std::move(*destination), request_.method());
    return {};
}

void Question::append_to(std::string& message) const
{
    if (route_.method() == Method::get) {
        const std::string_view query = route_.redirects() == 0 ? form() : "";
        http::append_head(message, Method::get, destination(), query, {}, 0);
        return;
    }
    const bool is_form = request_.req_body_format() == BodyFormat::form;
    const std::string_view body = is_form ? form() : json();
    http::append_head(message, Method::post, destination(), {}, is_form ? form_type : json_type,
                      body.size());
    message += body;
}

Exchange Question::to_exchange() const
{
    Exchange exchange;
    exchange.method = request_.method();
    exchange.url = route_.first().url.to_text(exchange.method == Method::get ? form() : "");
    if (route_.redirects() > 0) exchange.final_url = route_.current().url.to_text();
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
