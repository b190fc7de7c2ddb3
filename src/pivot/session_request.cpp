#include "pivot/session_request.hpp"

namespace pivot {

std::string_view SessionRequest::query() const
{
    const bool has_query = route_.method() == Method::get && route_.redirects() == 0;
    return has_query ? std::string_view(parameters_) : std::string_view();
}

std::string_view SessionRequest::body() const
{
    return route_.method() == Method::post ? std::string_view(parameters_) : std::string_view();
}

void SessionRequest::append_to(std::string& message) const
{
    if (route_.method() == Method::get) {
        http::append_head(message, Method::get, route_.current(), query(), {}, 0, headers_);
        return;
    }
    const std::string_view type =
        has_form() ? "application/x-www-form-urlencoded" : "application/json";
    http::append_head(message, Method::post, route_.current(), {}, type, body().size(), headers_);
    message += body();
}

}  // namespace pivot
