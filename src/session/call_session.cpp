#include "session/call_session.hpp"

#include "base/json.hpp"
#include "base/pass_on.hpp"
#include "base/text.hpp"
#include "exchange/answer_kind.hpp"
#include "exchange/exchanges.hpp"
#include "exchange/json_object.hpp"
#include "exchange/reference.hpp"
#include "exchange/request_headers.hpp"
#include "http/form.hpp"
#include "http/url.hpp"
#include "session/exchange_facts.hpp"
#include "session/parameters.hpp"
#include "twiml/speech.hpp"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <iterator>
#include <memory>
#include <ranges>
#include <span>
#include <utility>

#include <fmt/format.h>

namespace pivot::session {

namespace {

using reactor::Deadline;
using reactor::Task;

constexpr std::size_t variables_max = 256;
constexpr std::size_t carried_bytes_max = 64 * 1024;

// As a pair of a form, which is the larger way to send it.
std::size_t size_of(const exchange::Parameter& variable)
{
    constexpr std::size_t joints = 2;  // `=` and `&`
    return http::form_size(variable.name) + http::form_size(variable.value) + joints;
}

// `what` names it as the document did.
std::string no_room_for(std::string_view what)
{
    return fmt::format("{} does not fit: what documents store in a call takes {} bytes at most",
                       printable(what), carried_bytes_max);
}

bool have_same_origin(std::string_view url, std::string_view other)
{
    const auto first = http::Url::parse(exchange::split_fragment(url).url);
    const auto second = http::Url::parse(exchange::split_fragment(other).url);
    return first && second && first->origin() == second->origin();
}

// What became of a CDR, which its sink may say when the session is gone.
struct Put {
    reactor::Event ended;
    bool is_done = false;
};

}  // namespace

// What a request of the session says: written once, so that what the session learns meanwhile goes
// with the next one.
class Session::Content final : public exchange::Content {
public:
    Content(Session& session, const Request& request, Origin origin)
        : session_(session), request_(request), origin_(origin)
    {
    }

    // Fails with redirect, too: when the call has made all its requests.
    Result<void> write(BodyFormat format, std::span<const exchange::Parameter> cause) override;

    std::string_view text() const override { return text_; }

private:
    Session& session_;
    const Request& request_;
    const Origin origin_;
    std::string text_;
};

Result<void> Session::Content::write(BodyFormat format, std::span<const exchange::Parameter> cause)
{
    if (request_.is_counted) {
        if (auto counted = session_.count(); !counted) return counted;
    }
    const Call& call = session_.call_;
    const std::string owner_ids = exchange::list_owners(call.owner_ids);
    const std::string store = session_.store_.to_json();
    const std::string call_status = session_.store_.text("call_status");
    const RequestFacts facts = {.call = exchange::facts_of(call, owner_ids, store),
                                .format = session_.format(),
                                .call_status = call_status,
                                .own = request_.parameters,
                                .variables = session_.variables_,
                                .is_document = origin_ == Origin::document};
    exchange::Parameters& parameters = session_.exchanges_.parameters;
    if (auto listed = list_parameters(parameters, facts); !listed) return listed;
    for (const auto& [name, value] : cause) parameters.put(name, value);
    text_ = format == BodyFormat::form ? parameters.form() : parameters.json();
    return {};
}

Session::Session(exchange::Exchanges& exchanges, Callbacks& callbacks, const Sinks& sinks,
                 pivot::Request request)
    : exchanges_(exchanges),
      callbacks_(callbacks),
      sinks_(sinks),
      call_(std::move(request.call)),
      store_(std::exchange(call_.key_value_store, {}), exchanges.texts),
      host_bytes_(call_bytes()),
      iteration_(request.iteration)
{
    take_variables();
    if (!request.headers.empty()) {
        headers_ = std::make_unique<const std::string>(exchange::pack_headers(request.headers));
    }
    for (auto& [name, value] : request.parameters) {
        opening_->parameters.push_back({std::move(name), std::move(value)});
    }
    if (request.node.action) {
        opening_->given = take(std::move(*request.node.action));
        warn_of(request.node.warnings);
    } else {
        refuse(std::move(request.node.action.error()));
    }
    if (auto sendable = exchange::check_headers(request); !sendable) refuse(sendable.error());
}

Session::~Session()
{
    flush_record();
}

Task<Result<Answer>> Session::begin(Deadline& call)
{
    const auto opening = std::move(opening_);
    if (opening->refusal) co_return tl::unexpected(std::move(*opening->refusal));
    if (!opening->given.flow_doc.empty()) co_return read_given(opening->given);
    Request request = request_of_action();
    request.parameters = std::move(opening->parameters);
    co_return co_await run(std::move(request), Origin::action, call);
}

Task<Result<Answer>> Session::ask(Request request, Deadline& call)
{
    ++iteration_;
    std::string url = resolve(request.url);
    if (!url.empty()) request.url = std::move(url);  // else it fails with what is wrong with it
    co_return co_await run(std::move(request), Origin::document, call);
}

Task<Result<Answer>> Session::pivot(ActionNode node, Deadline& call)
{
    ++iteration_;
    if (!node.action) co_return pass_on(node.action);
    std::string cdr_url = std::move(action_.cdr_url);
    const Given given = take(std::move(*node.action));
    if (action_.cdr_url.empty()) action_.cdr_url = std::move(cdr_url);
    warn_of(node.warnings);
    if (!given.flow_doc.empty()) co_return read_given(given);
    Request request = request_of_action();
    co_return co_await run(std::move(request), Origin::action, call);
}

// The action is a new one.
Session::Given Session::take(Action action)
{
    Given given{std::move(action.flow_doc), std::move(action.flow_type)};
    action_ = ActionTerms(std::move(action));
    document_url_ = exchange::split_fragment(action_.voice_url).url;
    return given;
}

// Asks no server: the answer comes with the action, and has no URL.
Result<Answer> Session::read_given(const Given& given)
{
    const auto response = exchange::given_answer(given.flow_doc, given.flow_type);
    const auto account = exchanges_.account_of(call_.account_id);
    exchanges_.reactor.worked(exchange::reading_ns(response.body.size()));
    Result<Answer> answer =
        read_answer(response, format(), "", account->rules().policy, exchanges_);
    if (records()) {
        DebugFacts facts;
        facts.is_given = true;
        facts.response_body = response.body;
        facts.at_unix_ms = exchanges_.reactor.clock().unix_now_ms();
        record(std::move(facts), answer);
    }
    answer ? exchanges_.tally.succeed(0) : exchanges_.tally.fail(answer.error(), 0);
    if (!answer) return answer;
    flush_record();
    document_url_.clear();
    has_run_twiml_ |= answer->document != nullptr;
    return answer;
}

Request Session::request_of_action() const
{
    Request request;
    request.url = action_.voice_url;
    request.method = action_.method;
    request.leads_to_branch = true;
    return request;
}

Task<Result<Answer>> Session::run(Request request, Origin origin, Deadline& call)
{
    exchange::Tally& tally = exchanges_.tally;
    tally.asking.add();
    if (callbacks_.are_in_one_order()) co_await callbacks_.settle(call);
    if (call.has_expired()) {
        tally.asking.take();
        co_return tl::unexpected(call.failure(Phase::queue));
    }
    const reactor::Nanoseconds began = exchanges_.reactor.now();
    Content content(*this, request, origin);
    exchange::Attempts attempts(exchanges_, content, plan_of(request, origin));
    Result<Answer> answer;
    bool is_asking = true;
    while (is_asking) {
        flush_record();  // no branch follows the attempt before
        auto response = co_await attempts.ask(call);
        auto followed = attempts.follow(response, call);
        if (followed && *followed) continue;
        answer = co_await conclude(attempts, response, followed, request, call);
        if (answer) break;
        is_asking = co_await attempts.next(answer.error(), call);
    }
    const reactor::Nanoseconds took_ns = exchanges_.reactor.now() - began;
    answer ? tally.succeed(took_ns) : tally.fail(answer.error(), took_ns);
    forget_results();
    tally.asking.take();
    co_return answer;
}

exchange::AttemptsPlan Session::plan_of(const Request& request, Origin origin)
{
    exchange::AttemptsPlan plan;
    plan.webhook = {request.url, request.method};
    plan.fallback = {action_.fallback_url, action_.fallback_method};
    plan.format = format();
    if (origin == Origin::action) plan.body_format = action_.req_body_format;
    plan.account_id = call_.account_id;
    if (action_.voice_url.empty()) action_.voice_url = request.url;
    plan.action_url = action_.voice_url;
    if (headers_) plan.headers = *headers_;
    const bool are_for_it = action_.headers && have_same_origin(request.url, plan.action_url);
    if (are_for_it) plan.url_headers = *action_.headers;
    plan.cookies = &cookies_;
    plan.keeps_headers = true;
    plan.is_recorded = records();
    plan.url_ns_max = std::chrono::nanoseconds(action_.timeout).count();
    return plan;
}

// Reads the answer of an attempt, and leaves its record.
Task<Result<Answer>> Session::conclude(exchange::Attempts& attempts,
                                       Result<http::LentResponse>& response, Result<bool>& followed,
                                       const Request& request, Deadline& call)
{
    const exchange::Request& asked = attempts.request();
    trim_cookies();
    warn_of_fragment(attempts);
    if (!asked.has_begun()) co_return pass_on(followed);
    Result<Answer> answer;
    exchange::LongAnswers::Pass pass;  // kept until the answer has been recorded
    if (followed) {
        answer = co_await read(attempts, **response, pass, call);
    } else {
        answer = pass_on(followed);
    }
    if (records()) record(session::facts_of(asked), answer);
    tell(asked, answer);
    if (answer || !request.leads_to_branch) flush_record();
    if (answer) {
        document_url_ = asked.answered_url();
        has_run_twiml_ |= answer->document != nullptr;
    }
    co_return answer;
}

Task<Result<Answer>> Session::read(exchange::Attempts& attempts, http::Response& response,
                                   exchange::LongAnswers::Pass& pass, Deadline& call)
{
    const exchange::Request& asked = attempts.request();
    auto readable =
        co_await make_readable(response, asked.destination().origin, exchanges_.long_answers,
                               attempts.settings().client().response, attempts.deadline(call));
    if (!readable) {
        attempts.explain(readable.error(), call);
        co_return pass_on(readable);
    }
    pass = std::move(*readable);
    exchanges_.reactor.worked(exchange::reading_ns(response.body.size()));
    co_return read_answer(response, format(), asked.answered_url(), attempts.policy(), exchanges_);
}

Result<void> Session::count()
{
    const unsigned most = exchanges_.config().session.iterations_max;
    if (asked_ == most) {
        return fail(Reason::redirect, Phase::queue,
                    fmt::format("the call has asked {} times, which is the limit "
                                "(session.iterations_max)",
                                most));
    }
    ++asked_;
    return {};
}

// Otherwise Digits that were sent once would be sent for ever.
void Session::forget_results()
{
    for (const char* key :
         {"digit_pressed", "digits_collected", "recording_url", "recording_duration",
          "dial_call_status", "dial_call_sid", "queue_sid"}) {
        store_.erase(key);
    }
}

// Those that a call comes with belong to its session, where one that is set replaces them.
void Session::take_variables()
{
    const std::string variables = store_.take("user_vars");
    if (variables.empty()) return;
    const auto known = exchanges_.texts.read(variables);
    if (!known || !known->is_object()) return;
    for (const auto [name, value] : known->members()) {
        if (exchange::is_scalar(value)) set_variable(std::string(name), std::string(value.text()));
    }
}

void Session::notify(std::string url, Method method, std::vector<exchange::Parameter> own,
                     bool with_standard_parameters, std::string headers)
{
    exchange::Parameters& parameters = exchanges_.parameters;
    RequestFacts facts;
    facts.format = action_.req_format;
    facts.own = own;
    const std::string owner_ids = exchange::list_owners(call_.owner_ids);
    const std::string store = store_.to_json();
    if (!with_standard_parameters) {
        list_own(parameters, facts);
    } else {
        facts.call = exchange::facts_of(call_, owner_ids, store);
        if (const auto listed = list_callback(parameters, facts); !listed) {
            return warn(fmt::format("callback {}: {}", url, listed.error().message));
        }
    }
    Callback callback;
    callback.url = resolve(url);
    callback.method = method;
    callback.format = format();
    callback.form = parameters.form();
    callback.call_id = call_.call_id;
    callback.account_id = call_.account_id;
    callback.action_url = action_.voice_url;
    callback.url_headers = std::move(headers);
    if (headers_) callback.headers = *headers_;
    callback.iteration = iteration_;
    callback.sink = records() ? sinks_.sink : nullptr;
    const auto bare = exchange::split_fragment(callback.url).url;
    if (const auto known = exchanges_.accounts->find(call_.account_id).destinations().find(bare);
        !known) {
        return warn(fmt::format("callback {}: {}", url, known.error()));
    }
    const bool was_taken = callbacks_.send(std::move(callback));
    if (!was_taken) warn(fmt::format("callback {} is dropped: too many callbacks wait", url));
}

void Session::set_variable(std::string name, std::string value)
{
    const auto known = std::ranges::find(variables_, name, &exchange::Parameter::name);
    const bool is_new = known == variables_.end();
    if (is_new && variables_.size() == variables_max) {
        warn(fmt::format("variable {}: there are {}, which is the limit", printable(name),
                         variables_max));
        return;
    }
    exchange::Parameter variable{std::move(name), std::move(value)};
    const std::size_t before = is_new ? 0 : size_of(*known);
    const std::size_t after = size_of(variable);
    if (!has_room(before, after)) return warn(no_room_for("variable " + variable.name));
    variable_bytes_ += after - before;
    if (is_new) {
        variables_.push_back(std::move(variable));
    } else {
        *known = std::move(variable);
    }
}

void Session::set_language(std::string language)
{
    keep(call_.language, std::move(language), "language");
}

// Bytes of what documents can change.
std::size_t Session::call_bytes() const
{
    return http::form_size(call_.custom_application_vars) + store_.size_bytes() +
           http::form_size(call_.caller_id_name) + http::form_size(call_.caller_id_number) +
           http::form_size(call_.language);
}

// The host's own facts do not count.
std::size_t Session::carried_bytes() const
{
    const std::size_t of_call = call_bytes();
    return variable_bytes_ + cookies_.size_bytes() + of_call - std::min(of_call, host_bytes_);
}

// Whether something may grow. Shrinking is always allowed.
bool Session::has_room(std::size_t bytes_before, std::size_t bytes_after) const
{
    return bytes_after <= bytes_before ||
           carried_bytes() + bytes_after - bytes_before <= carried_bytes_max;
}

// Returns false, with a warning, if it stays as it is.
bool Session::keep(std::string& kept, std::string text, std::string_view what)
{
    if (!has_room(http::form_size(kept), http::form_size(text))) {
        warn(no_room_for(what));
        return false;
    }
    kept = std::move(text);
    return true;
}

void Session::trim_cookies()
{
    if (cookies_.empty()) return;
    const std::size_t others = carried_bytes() - cookies_.size_bytes();
    const std::size_t gone =
        cookies_.shrink_to(carried_bytes_max - std::min(others, carried_bytes_max));
    if (gone > 0) warn(no_room_for(fmt::format("a cookie ({} of them)", gone)));
}

void Session::set_call_status(std::string_view status)
{
    store_.set_text("call_status", status);
}

void Session::set_digits(std::string_view collection, std::string_view digits)
{
    const std::size_t before = store_.digits_bytes(collection);
    if (!has_room(before, KeyValueStore::digits_bytes(collection, digits))) {
        return warn(no_room_for(fmt::format("collection {}", printable(collection))));
    }
    store_.set_digits(collection, digits);
}

void Session::clear_digits(std::string_view collection)
{
    store_.clear_digits(collection);
}

void Session::set_recording(const std::string& url, const std::string& id, std::int64_t seconds)
{
    set_variable("Recording-Url", url);
    set_variable("Recording-ID", id);
    set_variable("Recording-Duration", std::to_string(seconds));
}

const ActionLimits& Session::action_limits() const
{
    return exchanges_.config().action;
}

bool Session::is_offered(std::string_view module) const
{
    const auto& offered = exchanges_.config().callflow.host_modules;
    return std::ranges::find(offered, module) != offered.end();
}

void Session::set_caller_id(std::string name, std::string number)
{
    keep(call_.caller_id_name, std::move(name), "caller id name");
    keep(call_.caller_id_number, std::move(number), "caller id number");
}

void Session::set_application_variables(std::string_view json_object)
{
    auto merged = exchange::merge_objects(call_.custom_application_vars, json_object);
    keep(call_.custom_application_vars, std::move(merged), "custom_application_vars");
}

std::string Session::resolve(std::string_view reference) const
{
    return exchange::resolve_reference(document_url_, reference);
}

void Session::note_branch(std::string_view branch)
{
    if (record_) record_->note_branch(branch);
    flush_record();
}

bool Session::records() const
{
    return sinks_.sink != nullptr && (action_.debug || sinks_.records_all);
}

void Session::warn(std::string warning)
{
    constexpr std::size_t warnings_max = 64;
    if (records() && warnings_.size() < warnings_max) warnings_.push_back(std::move(warning));
}

void Session::warn_of(const std::vector<Breach>& warnings)
{
    for (const auto& [at, error] : warnings) warn(fmt::format("{} of the action: {}", at, error));
}

void Session::warn_of_fragment(exchange::Attempts& attempts)
{
    if (std::string warning = attempts.take_warning(); !warning.empty()) warn(std::move(warning));
}

void Session::record(DebugFacts facts, const Result<Answer>& answer)
{
    facts.call_id = call_.call_id;
    facts.account_id = call_.account_id;
    facts.iteration = iteration_;
    facts.has_whole_requests = sinks_.records_all;
    if (!answer) facts.failure = &answer.error();
    facts.warnings = std::exchange(warnings_, {});
    std::ranges::move(warnings_of(answer), std::back_inserter(facts.warnings));
    record_ = std::make_unique<DebugRecord>(facts);
}

std::vector<std::string> Session::warnings_of(const Result<Answer>& answer) const
{
    std::vector<std::string> warnings;
    if (!answer) return warnings;
    if (answer->document) add_warnings(warnings, *answer->document);
    if (!answer->flow.empty()) add_warnings(warnings, exchanges_.answer_reader->warnings());
    if (answer->are_words_cut) {
        warnings.push_back(
            fmt::format("the text is cut off after {} characters", twiml::say_characters_max));
    }
    return warnings;
}

// Mistakes of a web server are its customer's concern, so they are logged at the debug level.
void Session::tell(const exchange::Request& request, const Result<Answer>& answer) const
{
    constexpr std::size_t warnings_max = 5;
    if (!sinks_.log) return;
    const std::vector<std::string> warnings = warnings_of(answer);
    if (answer && warnings.empty()) return;
    const std::string url = request.destination().url.to_text();
    const std::string_view page = std::string_view(url).substr(0, url.find('?'));
    if (!answer) {
        const Failure& failure = answer.error();
        log(LogLevel::debug,
            fmt::format("{}: {}: {}", page, name(failure.reason), failure.message));
    }
    for (const std::string& warning : warnings | std::views::take(warnings_max)) {
        log(LogLevel::debug, fmt::format("{}: {}", page, warning));
    }
    if (warnings.size() > warnings_max) {
        log(LogLevel::debug,
            fmt::format("{}: {} more mistakes", page, warnings.size() - warnings_max));
    }
}

void Session::flush_record()
{
    if (record_) sinks_.sink->add(std::move(*std::exchange(record_, nullptr)));
}

bool Session::owes_cdr() const
{
    const bool has_twiml = has_run_twiml_ || format() == Format::twiml;
    const bool is_wanted = !cdr_form_ || !cdr_form_->empty();
    return has_twiml && is_wanted && !action_.cdr_url.empty() && sinks_.cdrs != nullptr;
}

// A disk that is stuck must not hold up all calls at their end. The CDR waits in memory then, and
// is in the log, in case the process does not live to write it.
Task<> Session::end(const EndOfCall& end, Deadline& host)
{
    constexpr reactor::Nanoseconds patience_ns = 5'000'000'000;
    assert(!has_ended_);
    has_ended_ = true;
    flush_record();
    if (!owes_cdr()) co_return;
    if (callbacks_.are_in_one_order()) co_await callbacks_.settle(host);
    Cdr cdr = make_cdr(call_, end, action_.cdr_url);
    if (cdr_form_) cdr.body = *cdr_form_;
    cdr.is_recorded = records();
    const auto put = std::make_shared<Put>();
    const auto done = [put](const Result<void>&) {
        put->is_done = true;
        put->ended.happen();
    };
    sinks_.cdrs->put(cdr, done);
    if (put->is_done) co_return;
    Deadline patience(host.reactor(), host.reactor().now() + patience_ns);
    co_await put->ended.wait(patience);
    if (!put->is_done) log(LogLevel::error, log_line(cdr, "waits in memory for the disk"));
}

void Session::log(LogLevel level, std::string_view line) const
{
    if (sinks_.log) sinks_.log(level, call_.call_id, line);
}

}  // namespace pivot::session
