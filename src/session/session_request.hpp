// One request of a session, or for it, and those that its redirects ask for.
//
// Its parameters are written once, before it is asked: what the session learns meanwhile goes with
// the next one. A redirect takes them along only where it repeats the request (307, 308). Every
// request is signed for its own URL, and has the cookies of its own host.
#pragma once

#include "exchange/long_answers.hpp"
#include "http/cookie_jar.hpp"
#include "http/lent_response.hpp"
#include "http/progress.hpp"
#include "http/request.hpp"
#include "http/route.hpp"
#include "reactor/deadline.hpp"
#include "reactor/task.hpp"
#include "session/debug_record.hpp"

#include <pivot/action.hpp>
#include <pivot/failure.hpp>
#include <pivot/outcome.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::exchange {
struct Exchanges;
}

namespace pivot::session {

// What a web server can check that a request came from us (signature.hpp).
struct Signing {
    std::string_view key;  // empty: nothing is signed
    Format format = Format::twiml;
};

// The signing of an account's requests. Its key lives as long as `exchanges`.
Signing signing_of(const exchange::Exchanges& exchanges, std::string_view account_id,
                   Format format);

class SessionRequest final : public http::Request {
public:
    struct Content {
        std::string url;      // as it was written, without fragment
        std::string text;     // the query of a GET, the body of a POST
        std::string headers;  // further ones, each with its end
        Method method = Method::post;
        BodyFormat body_format = BodyFormat::form;
        Signing signing;
        bool sends_sni = true;
    };

    // `cookies` are the session's, or null. Fails with bad_action: `content.url` is not a URL.
    static Result<std::unique_ptr<SessionRequest>> make(Content content, http::CookieJar* cookies,
                                                        const http::Demands& demands,
                                                        exchange::Exchanges& exchanges);

    // Asks, and follows redirects. With a value, progress().response is the final response. Its
    // body is decoded where its headers are kept; where it is long, others wait for done_reading().
    // Can be repeated.
    reactor::Task<Result<void>> run(exchange::Exchanges& exchanges, reactor::Deadline& deadline);

    void done_reading() { reading_.give_back(); }

    const http::Progress& progress() const { return progress_; }

    // What it keeps in memory until it is done.
    std::size_t size_bytes() const
    {
        return content_.url.size() + content_.text.size() + content_.headers.size();
    }

    // The URL that answered, with the credentials of its origin: what a relative reference is
    // resolved against.
    std::string answered_url() const;

    // What a debug record says of it.
    Exchange to_exchange() const;
    const std::string& signed_url() const { return signed_url_; }
    std::string_view body() const;  // of the last request
    std::string headers() const;    // likewise
    const std::vector<std::string>& redirects() const { return redirects_; }
    std::vector<Hop> hops() const;  // likewise empty without redirects

    // As a request to send.
    const http::Destination& destination() const override { return route_.current(); }
    void append_to(std::string& message) const override;

private:
    SessionRequest(Content content, std::shared_ptr<const http::Destination> destination,
                   http::CookieJar* cookies, const http::Demands& demands);

    Hop to_hop() const;
    bool is_first() const { return route_.redirects() == 0; }
    std::string_view query() const;
    std::string_view content_type() const;
    void write_headers();
    void sign();
    void take_cookies(const http::Response& response);

    const Content content_;
    const std::shared_ptr<const http::Destination> destination_;
    http::CookieJar* const cookies_;
    const http::Demands demands_;
    http::Route route_;
    http::Progress progress_;
    http::LentResponse response_;  // the final one
    exchange::LongAnswers::Pass reading_;
    std::string headers_;     // of the request that is being asked
    std::string body_query_;  // joins the URL of a signed body that is no form
    std::string signed_url_;
    std::vector<std::string> redirects_;
    std::vector<Hop> redirected_;  // the requests that were answered with one
};

}  // namespace pivot::session
