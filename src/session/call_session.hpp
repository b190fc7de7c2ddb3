// All exchanges of one call under one pivot action, iteration after iteration.
//
//   begin ──► answer ──► performed on the channel ──► ask, pivot ──► answer … ──► end
//
// Between exchanges a call keeps only what is here. The results of a verb (digits, a recording, a
// dial's result) go with one request, its retries and its fallback, and with no later request.
// docs/sessions.md has the parameters.
//
// Variables, collections, a caller id and cookies that documents store go with every later request.
// Together they take up to 64 KiB of it; whatever does not fit is not stored.
#pragma once

#include "base/log.hpp"
#include "exchange/attempts.hpp"
#include "exchange/long_answers.hpp"
#include "exchange/parameter.hpp"
#include "http/cookie_jar.hpp"
#include "reactor/deadline.hpp"
#include "reactor/task.hpp"
#include "session/action_terms.hpp"
#include "session/answer.hpp"
#include "session/callbacks.hpp"
#include "session/cdr.hpp"
#include "session/cdr_spool.hpp"
#include "session/debug_record.hpp"
#include "session/key_value_store.hpp"

#include <pivot/engine.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::session {

// Where the sessions of an engine leave their records. All of it outlives them.
struct Sinks {
    DebugSink* sink = nullptr;  // null: no records
    bool records_all = false;   // also where the action does not ask for it, with whole requests
    CdrSink* cdrs = nullptr;    // null: no CDRs
    Log log;                    // may be empty
};

// The next request, as a verb wants it.
struct Request {
    std::string url;  // a reference against the document's URL; empty: that URL itself
    Method method = Method::post;
    std::vector<exchange::Parameter> parameters;  // its own: Digits, RecordingUrl, …
    bool leads_to_branch = false;  // note_branch() follows a failure: its record waits for that
    bool is_counted = true;        // among the requests that a call may make
};

// Lives on the reactor of `exchanges`, and is not moved while it asks. One exchange at a time.
class Session {
public:
    Session(exchange::Exchanges& exchanges, Callbacks& callbacks, const Sinks& sinks,
            pivot::Request request);
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session();

    // The first iteration asks the action's `voice_url`, or takes its `flow_doc`. Fails with any
    // reason. The caller checks `skip_module`. Each URL has the action's timeout, under the call's
    // deadline.
    reactor::Task<Result<Answer>> begin(reactor::Deadline& call);

    // The first iteration fails with this, and nothing is asked; unless its action or the host's
    // headers are wrong, which comes first.
    void refuse(Failure failure)
    {
        if (!opening_->refusal) opening_->refusal = std::move(failure);
    }

    // The next iteration, on behalf of a TwiML document: always a form. `request` is named before
    // it is moved here.
    reactor::Task<Result<Answer>> ask(Request request, reactor::Deadline& call);

    // The next iteration, for a pivot node in a flow. Its action replaces the one before, but
    // where it has no `cdr_url` that of the one before stays.
    reactor::Task<Result<Answer>> pivot(ActionNode node, reactor::Deadline& call);

    // Tells a web server something in the background: what is true now. Its own parameters replace
    // those of the call. `headers` are packed (exchange/request_headers.hpp), for this URL alone.
    void notify(std::string url, Method method, std::vector<exchange::Parameter> parameters,
                bool with_standard_parameters, std::string headers = "");

    void set_variable(std::string name, std::string value);  // with every later request
    void set_call_status(std::string_view status);           // `in-progress`
    void set_digits(std::string_view collection, std::string_view digits);
    void set_language(std::string language);

    // As if nothing was ever collected under this name: an empty collection would be told.
    void clear_digits(std::string_view collection);

    // Goes with every later request of a flow.
    void set_recording(const std::string& url, const std::string& id, std::int64_t seconds);
    void set_caller_id(std::string name, std::string number);
    void set_application_variables(std::string_view json_object);  // merged into the call's

    // The absolute URL that a reference in the document means, with its fragment; empty where it
    // means no URL.
    std::string resolve(std::string_view reference) const;

    // The branch that the callflow took after the last answer, for its debug record.
    void note_branch(std::string_view branch);

    // For its next debug record.
    void warn(std::string warning);

    int iteration() const { return iteration_; }
    const Call& call() const { return call_; }  // without its key-value store
    const KeyValueStore& store() const { return store_; }
    const ActionTerms& action() const { return action_; }  // meaningful if it was valid
    const ActionLimits& action_limits() const;             // the operator's, for nested nodes, too
    bool is_offered(std::string_view module) const;        // to the host, before it is run here
    Format format() const { return action_.req_format; }
    const std::string& document_url() const { return document_url_; }

    // Back to an earlier document's URL, after a document within another.
    void return_to(std::string document_url) { document_url_ = std::move(document_url); }

    // The current limits on the calls of this call's account.
    const exchange::AccountProfile& profile() const
    {
        return exchanges_.accounts->find(call_.account_id).profile();
    }

    // Whether end() has been called.
    bool has_ended() const { return has_ended_; }

    // Whether its end leaves a CDR: it ran TwiML, or was to, and the action wants one.
    bool owes_cdr() const;

    // The form to post as its CDR, in place of our own. If it is empty, no CDR is owed any more.
    void set_cdr(std::string form)
    {
        cdr_form_ = std::make_unique<const std::string>(std::move(form));
    }

    // Once, when the call is over. Waits until its CDR is kept or lost, but not for ever; even if
    // the host does not wait any more.
    reactor::Task<> end(const EndOfCall& end, reactor::Deadline& host);

    // Something about this call that an operator should know.
    void log(LogLevel level, std::string_view line) const;

private:
    enum class Origin : std::uint8_t { action, document };  // of a request
    class Content;

    // An answer that comes with the action; an empty document if there is none.
    struct Given {
        std::string flow_doc;
        std::string flow_type;
    };

    // What is needed only until the first request.
    struct Opening {
        std::optional<Failure> refusal;  // why the action is not asked; none: it is
        Given given;
        std::vector<exchange::Parameter> parameters;
    };

    Given take(Action action);
    Result<Answer> read_given(const Given& given);
    reactor::Task<Result<Answer>> run(Request request, Origin origin, reactor::Deadline& call);
    reactor::Task<Result<Answer>> conclude(exchange::Attempts& attempts,
                                           Result<http::LentResponse>& response,
                                           Result<bool>& followed, const Request& request,
                                           reactor::Deadline& call);
    reactor::Task<Result<Answer>> read(exchange::Attempts& attempts, http::Response& response,
                                       exchange::LongAnswers::Pass& pass, reactor::Deadline& call);
    Request request_of_action() const;
    exchange::AttemptsPlan plan_of(const Request& request, Origin origin);
    Result<void> count();
    void forget_results();
    void take_variables();

    std::size_t call_bytes() const;
    std::size_t carried_bytes() const;
    bool has_room(std::size_t bytes_before, std::size_t bytes_after) const;
    bool keep(std::string& kept, std::string text, std::string_view what);
    void trim_cookies();

    bool records() const;
    void warn_of(const std::vector<Breach>& warnings);
    void warn_of_fragment(exchange::Attempts& attempts);
    std::vector<std::string> warnings_of(const Result<Answer>& answer) const;
    void record(DebugFacts facts, const Result<Answer>& answer);
    void tell(const exchange::Request& request, const Result<Answer>& answer) const;
    void flush_record();

    exchange::Exchanges& exchanges_;
    Callbacks& callbacks_;
    const Sinks& sinks_;
    Call call_;
    KeyValueStore store_;  // of the call
    ActionTerms action_;
    // The host's headers, packed (exchange/request_headers.hpp); null if there are none.
    std::unique_ptr<const std::string> headers_;
    std::unique_ptr<Opening> opening_ = std::make_unique<Opening>();
    std::string document_url_;
    std::vector<exchange::Parameter> variables_;
    std::size_t variable_bytes_ = 0;
    const std::size_t host_bytes_;  // of the call, before any document stored something in it
    http::CookieJar cookies_;
    std::vector<std::string> warnings_;            // for the next record
    std::unique_ptr<DebugRecord> record_;          // the last one, which may get a branch
    std::unique_ptr<const std::string> cdr_form_;  // the switch's; null: it has given none
    int iteration_;
    unsigned asked_ = 0;
    bool has_run_twiml_ = false;
    bool has_ended_ = false;
};

}  // namespace pivot::session
