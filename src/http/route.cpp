#include "http/route.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot::http {

namespace {

tl::unexpected<Failure> fail_redirect(int status, std::string_view why)
{
    return fail(Reason::redirect, Phase::read, fmt::format("{} redirect: {}", status, why));
}

}  // namespace

void Route::begin(std::shared_ptr<const Destination> first, Method method)
{
    current_ = std::move(first);
    redirected_.reset();
    method_ = method;
}

bool Route::is_redirect(const Response& response)
{
    const int status = response.status;
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

Result<void> Route::follow(const Response& response, unsigned redirects_max,
                           const DestinationRules& rules)
{
    if (redirects_ == redirects_max) {
        return fail_redirect(response.status, fmt::format("more than {} redirects", redirects_max));
    }
    if (response.location.empty()) return fail_redirect(response.status, "without a Location");
    auto target = current_->url.resolve(response.location);
    if (!target) return fail_redirect(response.status, target.error());

    if (target->authorization.empty() && target->origin() == current_->url.origin()) {
        target->authorization = current_->url.authorization;
    }
    const bool sends_sni = first().sends_sni;
    if (!redirected_) redirected_ = std::make_unique<Redirected>(current_, std::string());
    redirected_->type = response.content_type;
    current_ = std::make_shared<const Destination>(std::move(*target), rules, sends_sni);
    if (response.status <= 303) method_ = Method::get;
    ++redirects_;
    return {};
}

}  // namespace pivot::http
