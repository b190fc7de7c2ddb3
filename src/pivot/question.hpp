// What is asked about one call: a request with its parameters, then those that redirects ask for.
#pragma once

#include "http/progress.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "pivot/packed_request.hpp"
#include "pivot/parameters.hpp"

#include <pivot/failure.hpp>
#include <pivot/outcome.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace pivot {

// Parameters go with the first request only; a Location is asked as it stands.
class Question final : public http::Request, public ExchangeView {
public:
    Question(const PackedRequest& request, Parameters& parameters)
        : request_(request), parameters_(parameters)
    {
    }

    // The first request. Fails with bad_action or invalid_json, phase queue.
    Result<void> begin(http::DestinationCache& destinations);

    // Whether `response` asks to go on elsewhere.
    static bool is_redirect(const http::Response& response);

    // Turns the question into the one that a redirect asks for (RFC 9110, section 15.4). Fails with
    // redirect: after `redirects_max` of them, or where it leads nowhere.
    Result<void> follow(const http::Response& response, unsigned redirects_max,
                        const net::AddressPolicy& policy);

    // Whether anything was asked yet.
    bool has_begun() const { return first_ != nullptr; }

    http::Progress& progress() { return progress_; }
    const http::Progress& progress() const { return progress_; }

    // As a request to send.
    const http::Destination& destination() const override { return *current_; }
    bool is_idempotent() const override { return method_ == Method::get; }
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
    std::shared_ptr<const http::Destination> first_;
    std::shared_ptr<const http::Destination> current_;
    std::unique_ptr<const std::string> redirect_type_;  // Content-Type of the last redirect
    http::Progress progress_;
    Method method_ = Method::get;
};

}  // namespace pivot
