// The way of an exchange: its first destination, and those that redirects lead to (RFC 9110,
// section 15.4).
//
// A Location is requested as it is. Credentials stay with their origin, unless the Location has its
// own.
#pragma once

#include "http/destination.hpp"
#include "http/response.hpp"

#include <pivot/action.hpp>
#include <pivot/failure.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace pivot::http {

class Route {
public:
    void begin(std::shared_ptr<const Destination> first, Method method);

    bool has_begun() const { return current_ != nullptr; }

    // Whether `response` redirects.
    static bool is_redirect(const Response& response);

    // Goes on to the Location of `response`. Fails with redirect if `redirects_max` have been
    // followed, or if the Location is missing or not a URL.
    Result<void> follow(const Response& response, unsigned redirects_max,
                        const DestinationRules& rules);

    const Destination& first() const { return redirected_ ? *redirected_->first : *current_; }
    const Destination& current() const { return *current_; }
    Method method() const { return method_; }  // a redirect may turn POST into GET
    unsigned redirects() const { return redirects_; }

    // The Content-Type of the last redirect; empty if it had none, or if none was followed.
    std::string_view redirect_type() const
    {
        return redirected_ ? std::string_view(redirected_->type) : std::string_view();
    }

private:
    struct Redirected {
        std::shared_ptr<const Destination> first;
        std::string type;  // of the last redirect
    };

    std::shared_ptr<const Destination> current_;
    std::unique_ptr<Redirected> redirected_;  // null: no redirect has been followed
    std::uint16_t redirects_ = 0;
    Method method_ = Method::get;
};

}  // namespace pivot::http
