// One request, and those that its redirects ask for.
//
// Parameters go with the first one only: a Location is asked as it stands, with the body where the
// redirect repeats the request (307, 308). Each is signed for its own URL, and has the cookies of
// its own host.
#pragma once

#include "exchange/content.hpp"
#include "exchange/idempotency.hpp"
#include "http/cookie_jar.hpp"
#include "http/progress.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "http/route.hpp"
#include "reactor/clock.hpp"

#include <pivot/failure.hpp>
#include <pivot/outcome.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::exchange {

// A request that has been asked, as a debug record shows it.
struct AskedRequest {
    Method method = Method::get;
    std::string url;
    int status = 0;  // 0: no response came
    std::string body;
};

// What most pivots do without. The clock dates signatures and cookies.
struct RequestExtras {
    explicit RequestExtras(const reactor::Clock& its_clock) : clock(its_clock) {}

    const reactor::Clock& clock;
    std::string url;               // the first, as it was written, without its fragment
    std::string_view key;          // that requests are signed with; empty: they are not signed
    std::string idempotency;       // a header line in place of the token's
    std::string_view conditions;   // further header lines
    std::string_view upload_type;  // of content that is a file; empty: it is not
    bool is_put = false;           // which is sent by PUT
    http::Demands demands;
    http::CookieJar* cookies = nullptr;  // null: none are sent or kept
    bool is_recorded = false;            // redirected requests are kept for a record
    bool sends_sni = true;

    // The request that is being asked:
    std::int64_t began_unix_ms = 0;
    std::string headers;     // each with its end
    std::string body_query;  // joins the URL of a signed body other than a form
    std::string signed_url;
    std::vector<AskedRequest> redirected;  // the requests before it
};

class Request final : public http::Request, public ExchangeView {
public:
    Request(Content& content, Format format) : content_(content), format_(format) {}

    // Its content has been written. `extras` may be null, and outlive the request.
    void prepare(IdempotencyToken token, Method method, BodyFormat body_format,
                 RequestExtras* extras);

    // Begins with the first request, each time that it is asked: with the same token.
    void begin(std::shared_ptr<const http::Destination> destination, reactor::Nanoseconds now);

    // Nothing is asked any more.
    void reset() { route_ = {}; }

    // Turns this into the request that a redirect asks for. Fails as Route::follow does.
    Result<void> follow(const http::Response& response, unsigned redirects_max,
                        const http::DestinationRules& rules);

    // Keeps the cookies that came with the last response.
    void take_cookies(const http::Response& response);

    // Whether there is something to ask, or has been.
    bool has_begun() const { return route_.has_begun(); }

    Content& content() { return content_; }
    http::Progress& progress() { return progress_; }
    const http::Progress& progress() const { return progress_; }
    Format format() const { return format_; }

    // What the rest says of the last request needs extras.

    // The URL that answered, with the credentials of its origin: relative references start there.
    std::string answered_url() const;

    std::int64_t began_unix_ms() const { return extras_->began_unix_ms; }
    const std::string& signed_url() const { return extras_->signed_url; }
    std::string_view body() const;
    std::string headers() const;

    // All requests, in their order; empty: no redirects.
    std::vector<AskedRequest> asked() const;

    // As a request to send.
    const http::Destination& destination() const override { return route_.current(); }
    void append_to(std::string& message) const override;

    // As what an outcome says of it.
    const Timings& timings_us() const override { return progress_.timings_us; }
    int status() const override { return progress_.status; }
    bool was_reused() const override { return progress_.was_reused; }
    Exchange to_exchange() const override;

private:
    bool is_first() const { return route_.redirects() == 0; }
    bool is_signed() const { return extras_ != nullptr && !extras_->key.empty(); }
    std::string_view query() const;
    std::string_view first_query() const;
    void write_headers();
    void sign();
    AskedRequest to_asked() const;

    Content& content_;
    RequestExtras* extras_ = nullptr;
    IdempotencyToken token_;
    http::Route route_;
    http::Progress progress_;
    const Format format_;
    Method method_ = Method::get;  // of the first one
    BodyFormat body_format_ = BodyFormat::form;
};

}  // namespace pivot::exchange
