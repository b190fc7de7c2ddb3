// How one thing is asked: at its URL, then at its fallback, each retried as its fragment wants.
//
//   ask ──► redirect: follow ─► ask …
//    │
//    ├────► answer
//    └────► failure: next ─┬─► after a pause: ask the same URL again
//                          ├─► ask the fallback, with ErrorCode and ErrorUrl
//                          └─► no more
//
// Pivots, sessions, callbacks and CDRs are all asked this way, so none of them has a retry, a
// signature, a header or a record that the others cannot have. ask() and follow() are two calls,
// not one coroutine, because a call that waits for its server would pay for one more frame.
#pragma once

#include "exchange/content.hpp"
#include "exchange/exchanges.hpp"
#include "exchange/request.hpp"
#include "exchange/retry.hpp"
#include "http/lent_response.hpp"
#include "reactor/deadline.hpp"
#include "reactor/task.hpp"

#include <pivot/action.hpp>
#include <pivot/failure.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::exchange {

// Whom to ask: a URL and its method.
struct Webhook {
    std::string_view url;  // absolute, with its fragment
    Method method = Method::post;
};

// What is asked, and how. What it refers to outlives the attempts.
struct AttemptsPlan {
    Webhook webhook;
    Webhook fallback = {};  // empty if there is none
    Format format = Format::kazoo;
    BodyFormat body_format = BodyFormat::form;  // of a POST
    std::string_view account_id = {};           // on whose behalf it asks
    std::string_view action_url = {};           // whose origin gets the account's headers, and
    std::string_view headers = {};              // these (request_headers.hpp)
    std::string_view url_headers = {};          // for the origin of each of the two URLs
    std::string_view idempotency = {};          // a header line in place of our own
    std::string_view conditions = {};           // further header lines
    std::string_view upload_type = {};          // of content that is a file, which is not signed
    bool is_put = false;                        // it is uploaded by PUT
    http::CookieJar* cookies = nullptr;         // null: none are sent or kept
    bool keeps_headers = false;                 // of responses
    std::size_t body_bytes_max = 0;             // of responses; 0: as of all others
    bool is_recorded = false;                   // redirected requests are kept for a record
    std::optional<Retry> retry = {};            // by default that of the format
    Backoff pauses = between_attempts;
    reactor::Nanoseconds url_ns_max = reactor::never;      // for all attempts at one URL
    reactor::Nanoseconds attempt_ns_max = reactor::never;  // for one
    reactor::Nanoseconds started = 0;                      // 0: with the first ask()
};

// Lives on the reactor of `exchanges`, and is not moved while it asks.
class Attempts {
public:
    Attempts(Exchanges& exchanges, Content& content, const AttemptsPlan& plan);
    Attempts(const Attempts&) = delete;
    Attempts& operator=(const Attempts&) = delete;
    ~Attempts();

    // Asks the request that is next.
    reactor::Task<Result<http::LentResponse>> ask(reactor::Deadline& whole);

    // After each ask(): whether the response is a redirect, which the next ask() follows; if not,
    // it is the answer. Fails as ask() has, or with redirect where it leads nowhere.
    Result<bool> follow(Result<http::LentResponse>& response, reactor::Deadline& whole);

    // After a failure, also of the answer: whether there is another attempt, which the next ask()
    // makes. If not, `failure` becomes that of the first URL, and tells of the fallback's.
    reactor::Task<bool> next(Failure& failure, reactor::Deadline& whole);

    // What ends the attempt under way.
    reactor::Deadline& deadline(reactor::Deadline& whole);

    // Lets a failure say which time was up, if it was not that of the whole.
    void explain(Failure& failure, reactor::Deadline& whole);

    // On whose behalf it asks, and under which settings, even if there are others now.
    const Account& account() const { return *account_; }
    const Settings& settings() const { return account_->settings(); }
    const net::AddressPolicy& policy() const { return account_->rules().policy; }

    // The request under way, or the last one. It has begun unless its URL could not be asked.
    const Request& request() const { return request_; }
    http::Progress& progress() { return request_.progress(); }

    // Why the fallback is asked; null if it is not.
    const Failure* first_failure() const;

    // What is wrong with a fragment, which is then ignored. Empty if nothing is, or it was taken.
    std::string_view warning() const;
    std::string take_warning();

private:
    struct Extras;

    static bool needs_extras(const AttemptsPlan& plan, const Account& account);
    Result<void> begin(reactor::Deadline& whole);
    void count_attempt();
    Result<void> begin_url(reactor::Deadline& whole);
    void apply_fragment(std::string_view fragment, reactor::Deadline& whole);
    Result<std::shared_ptr<const http::Destination>> find_destination();
    reactor::Deadline& url_deadline(reactor::Deadline& whole);
    bool may_ask_fallback(const Failure& failure, const reactor::Deadline& whole) const;
    void turn_to_fallback(const Failure& failure);

    const http::DestinationRules& rules() const;

    Exchanges& exchanges_;
    const std::shared_ptr<Account> account_;
    std::unique_ptr<Extras> extras_;  // null for most pivots
    std::string_view url_;            // that is being asked
    Request request_;
    Retry retry_;
    Method method_;  // of the URL
    const BodyFormat body_format_;
    std::uint8_t retried_ = 0;
    bool is_new_ = true;  // the URL has not been asked yet
    bool is_following_ = false;
};

}  // namespace pivot::exchange
