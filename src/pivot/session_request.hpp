// One request of a session, and those that its redirects ask for. It is written once, because its
// signature covers every byte.
#pragma once

#include "http/progress.hpp"
#include "http/request.hpp"
#include "http/route.hpp"

#include <pivot/action.hpp>

#include <memory>
#include <string>

namespace pivot {

class SessionRequest final : public http::Request {
public:
    // `parameters` are a form, the query of a GET and the body of a POST, or with BodyFormat::json
    // a JSON object, the body of a POST.
    SessionRequest(std::shared_ptr<const http::Destination> destination, Method method,
                   BodyFormat body_format, std::string parameters)
        : parameters_(std::move(parameters)), body_format_(body_format)
    {
        route_.begin(std::move(destination), method);
    }

    http::Route& route() { return route_; }
    const http::Route& route() const { return route_; }

    // Further ones, each with its end. They are for the current request only.
    void set_headers(std::string headers) { headers_ = std::move(headers); }

    // Of the current request: a redirect's Location is asked as it stands.
    std::string_view query() const;
    std::string_view body() const;
    bool has_form() const { return body_format_ == BodyFormat::form; }
    const std::string& headers() const { return headers_; }

    // With its query.
    std::string url() const { return route_.current().url.to_text(query()); }

    const http::Destination& destination() const override { return route_.current(); }
    bool is_idempotent() const override { return route_.method() == Method::get; }
    void append_to(std::string& message) const override;

private:
    http::Route route_;
    const std::string parameters_;
    std::string headers_;
    const BodyFormat body_format_;
};

}  // namespace pivot
