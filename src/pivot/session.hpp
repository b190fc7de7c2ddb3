// One call under one pivot action: all that it asks web servers, and what it remembers between.
//
//   begin() ─► ask() ─► ask() ─► pivot() ─► …       each the next iteration
//
// An exchange has `req_timeout_ms`, from its start to its answer, retries and redirects included; a
// fallback URL, where there is one, has as much again. Relative URLs are those of the document that
// was answered last (RFC 3986, section 5).
#pragma once

#include "http/connection_overrides.hpp"
#include "http/cookie_jar.hpp"
#include "http/url.hpp"
#include "pivot/callbacks.hpp"
#include "pivot/cdr.hpp"
#include "pivot/debug_record.hpp"
#include "pivot/exchanges.hpp"
#include "pivot/session_parameters.hpp"
#include "pivot/session_request.hpp"
#include "reactor/deadline.hpp"
#include "reactor/task.hpp"
#include "twiml/document.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace pivot {

using reactor::Deadline;
using reactor::Task;

// The next exchange, as a verb wants it. Its body is a form.
struct Ask {
    std::string url;  // a reference; empty: the current document's URL
    Method method = Method::post;
    SessionParameters parameters;  // of this request only
};

// What came back: one of these.
struct Answer {
    std::shared_ptr<const twiml::Document> document;
    std::string flow;       // JSON text, defaults written in
    std::string media_url;  // of audio, in TwiML sessions
    std::string words;      // of plain text that is no TwiML, likewise
};

class CdrSpool;

struct SessionConfig {
    DebugSink* debug = nullptr;  // null: no records
    bool records_all = false;    // also where the action's `debug` is off
    CdrSpool* cdrs = nullptr;    // null: no CDR is sent
};

class Session {
public:
    Session(Exchanges& exchanges, Callbacks& callbacks, const SessionConfig& config,
            Request request);
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    const Call& call() const { return request_.call; }
    int iteration() const { return request_.iteration; }

    // Of the action: what a TwiML session does with an answer, and how it signs.
    Format format() const;

    // The action is not to be performed; its `_` branch is.
    bool skips_module() const;

    // The action's voice_url. Fails with bad_action, and every reason of an exchange.
    Task<Result<Answer>> begin(Deadline& call);

    // Fails with redirect also for a URL that is none, and with overload when the call has had all
    // its exchanges.
    Task<Result<Answer>> ask(Ask ask, Deadline& call);

    // A nested pivot.
    Task<Result<Answer>> pivot(ActionNode node, Deadline& call);

    // Where relative URLs start from, to come back to after a document within another.
    using Place = std::optional<http::Url>;
    Place place() const { return document_url_; }
    void return_to(const Place& place) { document_url_ = place; }

    // The absolute URL of a reference, without its credentials; empty: it is none.
    std::string resolve(std::string_view reference) const;

    // Tells a web server something; what it answers is of no use, and nothing waits for it.
    // `reference` is one of the current document's. False: it is not a URL.
    bool notify(std::string_view reference, Method method, SessionParameters parameters);

    // Further facts: later requests carry them.
    void set_variable(std::string_view name, std::string_view value);
    void set_call_status(std::string_view status) { call_status_ = status; }
    void set_digits(std::string_view collection, std::string_view digits);
    std::string_view digits(std::string_view collection) const;
    void set_language(std::string_view language) { request_.call.language = language; }
    void set_caller_id(std::string_view caller_name, std::string_view number);
    void merge_application_variables(std::string_view members);  // the text of a JSON object

    // Once, when the call is over: the CDR of a TwiML session is spooled.
    void end(const EndOfCall& end);

private:
    struct Enquiry;

    Result<Enquiry> enquiry_of_action() const;
    Task<Result<Answer>> exchange(Enquiry enquiry, Deadline& call);
    Task<Result<Answer>> attempts(const Enquiry& enquiry, Deadline& call);
    Task<Result<Answer>> attempt(SessionRequest& request, http::Progress& progress,
                                 std::string_view token, Deadline& deadline);
    Result<std::string> encode(const Enquiry& enquiry);
    Result<Answer> take_answer(const http::Response& response, const http::Route& route);
    std::string headers_for(const SessionRequest& request, std::string_view token) const;
    std::string_view signing_key() const;
    void record(const SessionRequest& request, const http::Progress& progress,
                const Result<Answer>& answer, std::int64_t at_unix_ms);

    Exchanges& exchanges_;
    Callbacks& callbacks_;
    const SessionConfig& config_;
    Request request_;
    Place document_url_;
    http::CookieJar cookies_;
    SessionParameters variables_;  // of <Set>
    SessionParameters digits_;     // by collection
    std::string call_status_;
    bool has_performed_twiml_ = false;
    bool has_ended_ = false;
};

}  // namespace pivot
