// All that one call asks of web servers under one pivot action: iteration after iteration, until it
// ends.
//
//   begin ──► answer ──► performed on the channel ──► ask, pivot ──► answer … ──► end
//                │                                       │
//                └── URL, retried ─► fallback URL ◄──────┘
//
// Nothing waits between the exchanges but what is here. What belongs to one request (digits, a
// recording, a dial's result) goes with that one, its retries and its fallback, and with no later
// one. docs/sessions.md has the parameters.
//
// What documents store in a call (variables, collections, a caller id, cookies) goes with every
// later request: it takes 64 KiB of one at most, all together, and what would not fit is not
// stored.
#pragma once

#include "http/cookie_jar.hpp"
#include "reactor/deadline.hpp"
#include "reactor/task.hpp"
#include "session/callbacks.hpp"
#include "session/cdr.hpp"
#include "session/cdr_spool.hpp"
#include "session/debug_record.hpp"
#include "session/session_answer.hpp"
#include "session/session_parameters.hpp"

#include <pivot/engine.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::exchange {
struct Exchanges;
}

namespace pivot::session {

// What the sessions of an engine are given. All of it outlives them.
struct SessionConfig {
    DebugSink* sink = nullptr;  // null: no records
    bool records_all = false;   // also where the action does not ask for it, with whole requests
    CdrSpool* cdrs = nullptr;   // null: none are kept
    CdrSpool::Done cdr_put;     // what became of each, when it is known; may be empty
};

// The next exchange, as a verb wants it.
struct Ask {
    std::string url;  // a reference against the document's URL; empty: that URL itself
    Method method = Method::post;
    std::vector<SessionParameter> parameters;  // of this request: Digits, RecordingUrl, …
    bool leads_to_branch = false;  // note_branch() follows a failure: its record waits for that
    bool is_counted = true;        // among the requests that a call may make
};

// Lives on the reactor of `exchanges`, and is not moved while it asks. One exchange at a time.
class Session {
public:
    Session(exchange::Exchanges& exchanges, Callbacks& callbacks, const SessionConfig& config,
            Request request);
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session();

    // The first iteration asks the action's `voice_url`. Fails for every reason there is; an
    // answer to ask for its own `skip_module` is the caller's business. Each URL has the action's
    // timeout, under the call's deadline.
    reactor::Task<Result<Answer>> begin(reactor::Deadline& call);

    // The next iteration, on behalf of a TwiML document: a form, always. `ask` is named before it
    // is moved here.
    reactor::Task<Result<Answer>> ask(Ask ask, reactor::Deadline& call);

    // The next iteration, of a pivot node in a flow: its action takes the place of the one before,
    // but for a `cdr_url` that it does not have.
    reactor::Task<Result<Answer>> pivot(ActionNode node, reactor::Deadline& call);

    // Tells a web server something, beside the call. What it is told now is true now. Its own
    // parameters go before those of the call.
    void notify(std::string url, Method method, std::vector<SessionParameter> parameters,
                bool with_standard_parameters);

    void set_variable(std::string name, std::string value);  // with every later request
    void set_call_status(std::string_view status);           // `in-progress`
    void set_digits(std::string_view collection, std::string_view digits);
    std::string digits(std::string_view collection) const;
    void set_language(std::string language);

    // Nothing was ever collected under this name: a collection that is empty is told.
    void clear_digits(std::string_view collection);

    // Told with every later request of a flow.
    void set_recording(const std::string& url, const std::string& id, std::int64_t seconds);
    void set_caller_id(std::string name, std::string number);
    void set_application_variables(std::string_view json_object);  // merged into the call's

    // The absolute URL that a reference in the document means, with its fragment; empty: none.
    std::string resolve(std::string_view reference) const;

    // The branch that the callflow took upon the last answer, for its debug record.
    void note_branch(std::string_view branch);

    // Whether an exchange is under way.
    bool is_asking() const { return is_asking_; }

    int iteration() const { return iteration_; }
    const Call& call() const { return call_; }
    const Action& action() const { return action_; }  // of a valid one
    const ActionLimits& action_limits() const;        // the operator's, for nested nodes, too
    Format format() const { return action_.req_format; }
    const std::string& document_url() const { return document_url_; }

    // Back to an earlier document's URL, behind a document within another.
    void return_to(std::string document_url) { document_url_ = std::move(document_url); }

    // The call is over: once. A session that ran TwiML, or was to, leaves a CDR where the action
    // wants one.
    void end(const EndOfCall& end);

private:
    // One thing to ask, at its own URL or at the fallback's.
    struct Inquiry {
        std::string url;  // absolute, with its fragment
        Method method = Method::post;
        std::vector<SessionParameter> parameters;
        bool is_document = false;      // a TwiML document asks
        bool leads_to_branch = false;  // where it fails
        bool is_counted = true;
    };
    struct Attempts;

    reactor::Task<Result<Answer>> run(Inquiry inquiry, reactor::Deadline& call);
    reactor::Task<Result<Answer>> try_url(const Inquiry& inquiry, reactor::Deadline& call);

    Result<void> count(const Inquiry& inquiry);
    Result<Attempts> prepare(const Inquiry& inquiry);
    Result<Answer> conclude(const Result<void>& asked, const SessionRequest& request,
                            const reactor::Deadline& in_time, const reactor::Deadline& call);
    bool falls_back(const Result<Answer>& answer, const reactor::Deadline& call) const;
    Inquiry fallback(const Inquiry& inquiry, const Failure& failure) const;
    Result<std::string> write(const Inquiry& inquiry, BodyFormat format);
    void forget_results();
    void take_variables();

    std::size_t call_bytes() const;
    std::size_t carried_bytes() const;
    bool has_room(std::size_t bytes_before, std::size_t bytes_after) const;
    bool keep(std::string& kept, std::string text, std::string_view what);
    void trim_cookies();

    bool records() const;
    void warn(std::string warning);
    void warn_of(const std::vector<Breach>& warnings);
    void record(const SessionRequest& request, std::int64_t began_unix_ms,
                const Result<Answer>& answer);
    void flush_record();

    exchange::Exchanges& exchanges_;
    Callbacks& callbacks_;
    const SessionConfig& config_;
    Call call_;
    Action action_;
    std::unique_ptr<const Failure> bad_action_;  // null: the action is valid
    std::string document_url_;
    std::string call_status_;                         // empty: not told yet
    std::vector<SessionParameter> first_parameters_;  // until the first request
    std::vector<SessionParameter> variables_;
    std::size_t variable_bytes_ = 0;
    const std::size_t host_bytes_;  // of the call, before any document stored something in it
    http::CookieJar cookies_;
    std::vector<std::string> warnings_;    // for the next record
    std::unique_ptr<DebugRecord> record_;  // the last one, which may get a branch
    int iteration_;
    unsigned asked_ = 0;
    bool is_asking_ = false;
    bool has_run_twiml_ = false;
    bool has_ended_ = false;
};

}  // namespace pivot::session
