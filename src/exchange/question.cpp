#include "exchange/question.hpp"

#include "exchange/asked_exchange.hpp"

#include <utility>

namespace pivot::exchange {

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
    const Method method = route_.method();
    IdempotencyLine line;
    if (needs_token(request_.req_format(), method)) {
        append_line(line, request_.req_format(), token_);
    }
    const std::string_view headers(line.data(), line.size());
    if (method == Method::get) {
        const std::string_view query = route_.redirects() == 0 ? form() : "";
        http::append_head(message, method, destination(), query, {}, 0, headers);
        return;
    }
    const bool is_form = request_.req_body_format() == BodyFormat::form;
    const std::string_view body = is_form ? form() : json();
    http::append_head(message, method, destination(), {}, media_type(request_.req_body_format()),
                      body.size(), headers);
    message += body;
}

Exchange Question::to_exchange() const
{
    const Method method = request_.method();
    return asked_exchange(method, method == Method::get ? form() : "", route_, progress_);
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

}  // namespace pivot::exchange
