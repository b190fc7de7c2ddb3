// What is asked about one call: a request with its parameters, then those that redirects ask for.
#pragma once

#include "exchange/idempotency.hpp"
#include "exchange/packed_request.hpp"
#include "exchange/parameters.hpp"
#include "http/progress.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "http/route.hpp"

#include <pivot/failure.hpp>
#include <pivot/outcome.hpp>

#include <string>
#include <string_view>

namespace pivot::exchange {

// Parameters go with the first request only; a Location is asked as it stands.
class Question final : public http::Request, public ExchangeView {
public:
    // `token` is its own in all that this reactor asks, and that of every request which is asked
    // once more.
    Question(const PackedRequest& request, Parameters& parameters, IdempotencyToken token)
        : request_(request), parameters_(parameters), token_(token)
    {
    }

    // The first request. Fails with bad_action or invalid_json, phase queue.
    Result<void> begin(http::DestinationCache& destinations);

    // Turns the question into the one that a redirect asks for. Fails as Route::follow does.
    Result<void> follow(const http::Response& response, unsigned redirects_max,
                        const http::DestinationRules& rules)
    {
        return route_.follow(response, redirects_max, rules);
    }

    // Whether anything was asked yet.
    bool has_begun() const { return route_.has_begun(); }

    http::Progress& progress() { return progress_; }
    const http::Progress& progress() const { return progress_; }

    // As a request to send.
    const http::Destination& destination() const override { return route_.current(); }
    void append_to(std::string& message) const override;

    // As what an outcome says of it.
    const Timings& timings_us() const override { return progress_.timings_us; }
    int status() const override { return progress_.status; }
    bool was_reused() const override { return progress_.was_reused; }
    Exchange to_exchange() const override;

private:
    std::string_view form() const;
    std::string_view json() const;

    const PackedRequest& request_;
    Parameters& parameters_;
    const IdempotencyToken token_;
    http::Route route_;
    http::Progress progress_;
};

}  // namespace pivot::exchange
