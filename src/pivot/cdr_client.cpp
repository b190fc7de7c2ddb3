#include "pivot/cdr_client.hpp"

#include "pivot/session_request.hpp"

#include <memory>
#include <utility>

#include <fmt/format.h>

namespace pivot {

reactor::Task<Result<int>> CdrClient::post(const Cdr& cdr, reactor::Deadline& deadline)
{
    auto url = http::Url::parse(cdr.url);
    if (!url) co_return fail(Reason::bad_action, Phase::queue, "cdr_url: " + url.error());
    const auto destination =
        std::make_shared<const http::Destination>(std::move(*url), exchanges_.policy());
    SessionRequest request(destination, Method::post, BodyFormat::form, cdr.body);
    request.set_headers(fmt::format("{}: {}\r\n", idempotency_header, cdr.id));
    http::Progress progress;
    progress.started = exchanges_.reactor().now();
    while (true) {
        const Failure* failure = co_await exchanges_.client().ask(request, progress, deadline);
        if (failure != nullptr) co_return tl::unexpected(*failure);
        if (!http::Route::is_redirect(*progress.response)) co_return int{progress.status};
        const auto followed = request.route().follow(
            *progress.response, exchanges_.config().http.redirects_max, exchanges_.policy());
        if (!followed) co_return tl::unexpected(followed.error());
    }
}

}  // namespace pivot
