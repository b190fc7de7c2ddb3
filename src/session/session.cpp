#include "session/session.hpp"

#include "base/backoff.hpp"
#include "base/clock.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "exchange/error_code.hpp"
#include "exchange/exchanges.hpp"
#include "exchange/json_object.hpp"
#include "exchange/reference.hpp"
#include "exchange/retry.hpp"
#include "http/connection_overrides.hpp"
#include "http/form.hpp"
#include "http/url.hpp"
#include "reactor/wait.hpp"
#include "session/exchange_facts.hpp"
#include "twiml/speech.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include <fmt/format.h>

namespace pivot::session {

namespace {

using reactor::Deadline;
using reactor::Nanoseconds;
using reactor::Task;

constexpr std::size_t variables_max = 256;
constexpr std::size_t carried_bytes_max = 64 * 1024;
constexpr Nanoseconds ms = 1'000'000;
constexpr Backoff between_attempts = {.pause_ns_min = 100 * ms, .pause_ns_max = 1'000 * ms};

struct SplitUrl {
    std::string_view url;
    std::string_view fragment;  // without `#`
};

SplitUrl split(std::string_view url)
{
    const auto hash = url.find('#');
    return {url.substr(0, hash), hash == url.npos ? "" : url.substr(hash + 1)};
}

std::string quoted(std::string_view text)
{
    std::string out;
    json::append_quoted(out, text);
    return out;
}

std::string json_member(std::string_view name, std::string_view value)
{
    return fmt::format("{{{}:{}}}", quoted(name), quoted(value));
}

// As a pair of a form, which is the larger way to send it.
std::size_t size_of(const SessionParameter& variable)
{
    constexpr std::size_t joints = 2;  // `=` and `&`
    return http::form_size(variable.name) + http::form_size(variable.value) + joints;
}

// `what`: whose, as a document wrote it.
std::string no_room_for(std::string_view what)
{
    return fmt::format("{} does not fit: what documents store in a call takes {} bytes at most",
                       printable(what), carried_bytes_max);
}

}  // namespace

struct Session::Attempts {
    std::unique_ptr<SessionRequest> request;
    exchange::Retry retry;
    Nanoseconds ns_max;  // all together
};

Session::Session(exchange::Exchanges& exchanges, Callbacks& callbacks, const SessionConfig& config,
                 Request request)
    : exchanges_(exchanges),
      callbacks_(callbacks),
      config_(config),
      call_(std::move(request.call)),
      host_bytes_(call_bytes()),
      iteration_(request.iteration)
{
    take_variables();
    for (auto& [name, value] : request.parameters) {
        first_parameters_.push_back({std::move(name), std::move(value)});
    }
    if (request.node.action) {
        action_ = std::move(*request.node.action);
        document_url_ = split(action_.voice_url).url;
        warn_of(request.node.warnings);
    } else {
        bad_action_ = std::make_unique<const Failure>(std::move(request.node.action.error()));
    }
}

Session::~Session()
{
    flush_record();
}

Task<Result<Answer>> Session::begin(Deadline& call)
{
    if (bad_action_) co_return tl::unexpected(*bad_action_);
    Inquiry inquiry;
    inquiry.url = action_.voice_url;
    inquiry.method = action_.method;
    inquiry.parameters = std::move(first_parameters_);
    inquiry.leads_to_branch = true;
    co_return co_await run(std::move(inquiry), call);
}

Task<Result<Answer>> Session::ask(Ask ask, Deadline& call)
{
    ++iteration_;
    Inquiry inquiry;
    inquiry.url = resolve(ask.url);
    if (inquiry.url.empty()) inquiry.url = std::move(ask.url);  // fails with what is wrong with it
    inquiry.method = ask.method;
    inquiry.parameters = std::move(ask.parameters);
    inquiry.is_document = true;
    inquiry.leads_to_branch = ask.leads_to_branch;
    inquiry.is_counted = ask.is_counted;
    co_return co_await run(std::move(inquiry), call);
}

Task<Result<Answer>> Session::pivot(ActionNode node, Deadline& call)
{
    ++iteration_;
    if (!node.action) co_return tl::unexpected(std::move(node.action.error()));
    std::string cdr_url = std::move(action_.cdr_url);
    action_ = std::move(*node.action);
    if (action_.cdr_url.empty()) action_.cdr_url = std::move(cdr_url);
    bad_action_.reset();
    warn_of(node.warnings);
    Inquiry inquiry;
    inquiry.url = action_.voice_url;
    inquiry.method = action_.method;
    inquiry.leads_to_branch = true;
    co_return co_await run(std::move(inquiry), call);
}

Task<Result<Answer>> Session::run(Inquiry inquiry, Deadline& call)
{
    is_asking_ = true;
    if (callbacks_.are_in_one_order()) co_await callbacks_.settle(call);
    if (call.has_expired()) {
        is_asking_ = false;
        co_return tl::unexpected(call.failure(Phase::queue));
    }
    auto answer = co_await try_url(inquiry, call);
    if (!answer && falls_back(answer, call)) {
        const Inquiry other = fallback(inquiry, answer.error());
        auto second = co_await try_url(other, call);
        if (second) {
            answer = std::move(second);
        } else {
            answer.error().message += "; then the fallback: " + second.error().message;
        }
    }
    forget_results();
    is_asking_ = false;
    co_return answer;
}

Task<Result<Answer>> Session::try_url(const Inquiry& inquiry, Deadline& call)
{
    auto prepared = prepare(inquiry);
    if (!prepared) co_return tl::unexpected(std::move(prepared.error()));

    SessionRequest& request = *prepared->request;
    Deadline in_time(call, exchanges_.reactor.now() + prepared->ns_max);
    for (int attempt = 0;; ++attempt) {
        flush_record();  // no branch follows the attempt before
        const auto began_unix_ms = unix_now_ms();
        const auto asked = co_await request.run(exchanges_, in_time);
        trim_cookies();
        auto answer = conclude(asked, request, in_time, call);
        if (records()) record(request, began_unix_ms, answer);
        request.done_reading();
        if (answer || !inquiry.leads_to_branch) flush_record();
        if (answer) {
            document_url_ = request.answered_url();
            has_run_twiml_ |= answer->document != nullptr;
        }
        if (answer || attempt == prepared->retry.retries) co_return answer;
        const int status = request.progress().status;
        if (!prepared->retry.is_worth_another(answer.error(), status)) co_return answer;
        const auto pause_ns = between_attempts.pause_ns(attempt, exchanges_.random);
        const Nanoseconds next = exchanges_.reactor.now() + pause_ns;
        if (next >= in_time.at()) co_return answer;  // too late for another
        co_await reactor::Sleep(next, in_time);
        if (in_time.has_expired()) co_return answer;
    }
}

Result<void> Session::count(const Inquiry& inquiry)
{
    if (!inquiry.is_counted) return {};
    const unsigned most = exchanges_.config.session.iterations_max;
    if (asked_ == most) {
        return fail(Reason::redirect, Phase::queue,
                    fmt::format("the call has asked {} times, which is the limit", most));
    }
    ++asked_;
    return {};
}

Result<Session::Attempts> Session::prepare(const Inquiry& inquiry)
{
    if (auto counted = count(inquiry); !counted) return tl::unexpected(std::move(counted.error()));
    const auto [url, fragment] = split(inquiry.url);
    http::ConnectionOverrides overrides;
    if (auto parsed = http::ConnectionOverrides::parse(fragment)) {
        overrides = *parsed;
    } else {
        warn(fmt::format("{} (error 11243): {}", url, parsed.error()));
    }
    const bool is_json = !inquiry.is_document && inquiry.method == Method::post &&
                         action_.req_body_format == BodyFormat::json;

    SessionRequest::Content content;
    content.url = url;
    content.method = inquiry.method;
    content.body_format = is_json ? BodyFormat::json : BodyFormat::form;
    content.signing = signing_of(exchanges_, call_.account_id, format());
    content.sends_sni = overrides.sends_sni;
    if (exchange::needs_token(format(), inquiry.method)) {
        content.headers = exchange::idempotency_line(format(), exchanges_.tokens.next().to_text());
    }
    auto text = write(inquiry, content.body_format);
    if (!text) return tl::unexpected(std::move(text.error()));
    content.text = std::move(*text);

    http::Demands demands;
    demands.keeps_headers = true;
    if (overrides.connect_ms != 0) demands.connect_ns_max = overrides.connect_ms * ms;
    if (overrides.read_ms != 0) demands.read_ns_max = overrides.read_ms * ms;

    auto request = SessionRequest::make(std::move(content), &cookies_, demands, exchanges_);
    if (!request) return tl::unexpected(std::move(request.error()));
    Nanoseconds ns_max = std::chrono::nanoseconds(action_.timeout).count();
    if (overrides.total_ms != 0) ns_max = std::min(ns_max, overrides.total_ms * ms);
    return Attempts{std::move(*request), exchange::Retry::of(overrides, format()), ns_max};
}

Result<Answer> Session::conclude(const Result<void>& asked, const SessionRequest& request,
                                 const Deadline& in_time, const Deadline& call)
{
    if (asked) {
        exchanges_.reactor.worked(exchange::reading_ns(request.progress().response->body.size()));
        return read_answer(*request.progress().response, format(), request.answered_url(),
                           exchanges_);
    }
    Failure failure = asked.error();
    if (failure.reason == Reason::timeout && in_time.has_expired() && !call.has_expired()) {
        failure.message =
            fmt::format("no answer within {} ms", (in_time.at() - request.progress().started) / ms);
    }
    return tl::unexpected(std::move(failure));
}

bool Session::falls_back(const Result<Answer>& answer, const Deadline& call) const
{
    return !action_.fallback_url.empty() && answer.error().reason != Reason::cancelled &&
           !call.has_expired();
}

Session::Inquiry Session::fallback(const Inquiry& inquiry, const Failure& failure) const
{
    Inquiry other;
    other.url = action_.fallback_url;
    other.method = action_.fallback_method;
    other.parameters = inquiry.parameters;
    other.parameters.push_back({"ErrorCode", fmt::to_string(exchange::error_code(failure.reason))});
    other.parameters.push_back({"ErrorUrl", std::string(split(inquiry.url).url)});
    other.is_document = inquiry.is_document;
    other.leads_to_branch = inquiry.leads_to_branch;
    other.is_counted = inquiry.is_counted;
    return other;
}

Result<std::string> Session::write(const Inquiry& inquiry, BodyFormat format)
{
    const std::string owner_ids = exchange::list_owners(call_.owner_ids);
    const SessionFacts facts = {.call = exchange::facts_of(call_, owner_ids),
                                .format = action_.req_format,
                                .call_status = call_status_,
                                .own = inquiry.parameters,
                                .variables = variables_,
                                .is_document = inquiry.is_document};
    exchange::Parameters& parameters = exchanges_.parameters;
    if (auto listed = list_parameters(parameters, facts); !listed) {
        return tl::unexpected(std::move(listed.error()));
    }
    return std::string(format == BodyFormat::form ? parameters.form() : parameters.json());
}

// Else a Digits that was sent once would be sent for ever.
void Session::forget_results()
{
    if (call_.key_value_store.empty()) return;
    call_.key_value_store = exchange::merge_objects(
        call_.key_value_store,
        R"({"digit_pressed":null,"digits_collected":null,"recording_url":null,)"
        R"("recording_duration":null,"dial_call_status":null,"dial_call_sid":null,)"
        R"("queue_sid":null})");
}

// Those that a call comes with are its session's from now on: one that is set takes their place.
void Session::take_variables()
{
    json::Document document;
    if (call_.key_value_store.empty()) return;
    const auto store = document.read(call_.key_value_store);
    const auto known = store ? store->find("user_vars") : std::nullopt;
    if (!known || !known->is_object()) return;
    for (const auto [name, value] : known->members()) {
        if (exchange::is_scalar(value)) set_variable(std::string(name), std::string(value.text()));
    }
    call_.key_value_store = exchange::merge_objects(call_.key_value_store, R"({"user_vars":null})");
}

void Session::notify(std::string url, Method method, std::vector<SessionParameter> own,
                     bool with_standard_parameters)
{
    const std::string absolute = resolve(url);
    const auto [target, fragment] = split(absolute);
    exchange::Parameters& parameters = exchanges_.parameters;
    SessionFacts facts;
    facts.format = action_.req_format;
    facts.own = own;
    const std::string owner_ids = exchange::list_owners(call_.owner_ids);
    if (with_standard_parameters) facts.call = exchange::facts_of(call_, owner_ids);
    if (!with_standard_parameters) {
        list_own(parameters, facts);
    } else if (const auto listed = list_notice(parameters, facts); !listed) {
        warn(fmt::format("callback {}: {}", url, listed.error().message));
        return;
    }
    SessionRequest::Content content;
    content.url = target;
    content.method = method;
    content.text = parameters.form();
    if (exchange::needs_token(format(), method)) {
        content.headers = exchange::idempotency_line(format(), exchanges_.tokens.next().to_text());
    }
    content.signing = signing_of(exchanges_, call_.account_id, format());
    http::Demands demands;
    demands.keeps_headers = records();
    if (const auto overrides = http::ConnectionOverrides::parse(fragment)) {
        content.sends_sni = overrides->sends_sni;
        if (overrides->connect_ms != 0) demands.connect_ns_max = overrides->connect_ms * ms;
        if (overrides->read_ms != 0) demands.read_ns_max = overrides->read_ms * ms;
    } else {
        warn(fmt::format("{} (error 11243): {}", target, overrides.error()));
    }
    auto request = SessionRequest::make(std::move(content), nullptr, demands, exchanges_);
    if (!request) {
        warn(fmt::format("callback {}: {}", url, request.error().message));
        return;
    }
    Notice notice;
    notice.request = std::move(*request);
    notice.url = target;
    notice.call_id = call_.call_id;
    notice.account_id = call_.account_id;
    notice.iteration = iteration_;
    notice.sink = records() ? config_.sink : nullptr;
    const bool was_taken = callbacks_.send(std::move(notice));
    if (!was_taken) warn(fmt::format("callback {} is dropped: too many callbacks wait", url));
}

void Session::set_variable(std::string name, std::string value)
{
    const auto known = std::ranges::find(variables_, name, &SessionParameter::name);
    const bool is_new = known == variables_.end();
    if (is_new && variables_.size() == variables_max) {
        warn(fmt::format("variable {}: there are {}, which is the limit", printable(name),
                         variables_max));
        return;
    }
    SessionParameter variable{std::move(name), std::move(value)};
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

// Of what documents can change.
std::size_t Session::call_bytes() const
{
    return http::form_size(call_.custom_application_vars) + http::form_size(call_.key_value_store) +
           http::form_size(call_.caller_id_name) + http::form_size(call_.caller_id_number) +
           http::form_size(call_.language);
}

// What the host has given goes on the host's account.
std::size_t Session::carried_bytes() const
{
    const std::size_t of_call = call_bytes();
    return variable_bytes_ + cookies_.size_bytes() + of_call - std::min(of_call, host_bytes_);
}

// Whether something may grow. It may always shrink.
bool Session::has_room(std::size_t bytes_before, std::size_t bytes_after) const
{
    return bytes_after <= bytes_before ||
           carried_bytes() + bytes_after - bytes_before <= carried_bytes_max;
}

// False, with a warning: it stays as it is.
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
    call_status_ = status;
    call_.key_value_store =
        exchange::merge_objects(call_.key_value_store, json_member("call_status", status));
}

void Session::set_digits(std::string_view collection, std::string_view digits)
{
    json::Document document;
    std::string collections;
    const auto store = document.read(call_.key_value_store.empty() ? "{}" : call_.key_value_store);
    const auto known = store ? store->find("dtmf_collections") : std::nullopt;
    if (known && known->is_object()) json::append_value(collections, *known);
    collections = exchange::merge_objects(collections, json_member(collection, digits));
    auto merged = exchange::merge_objects(call_.key_value_store,
                                          fmt::format(R"({{"dtmf_collections":{}}})", collections));
    keep(call_.key_value_store, std::move(merged),
         fmt::format("collection {}", printable(collection)));
}

std::string Session::digits(std::string_view collection) const
{
    json::Document document;
    const auto store = document.read(call_.key_value_store.empty() ? "{}" : call_.key_value_store);
    const auto known = store ? store->find("dtmf_collections") : std::nullopt;
    const auto found = known ? known->find(collection) : std::nullopt;
    return found ? std::string(found->text()) : std::string();
}

void Session::clear_digits(std::string_view collection)
{
    json::Document document;
    const auto store = document.read(call_.key_value_store.empty() ? "{}" : call_.key_value_store);
    const auto known = store ? store->find("dtmf_collections") : std::nullopt;
    if (!known || !known->find(collection)) return;
    std::string collections;
    json::append_value(collections, *known);
    collections =
        exchange::merge_objects(collections, fmt::format("{{{}:null}}", quoted(collection)));
    call_.key_value_store = exchange::merge_objects(
        call_.key_value_store,
        fmt::format(R"({{"dtmf_collections":{}}})", collections.empty() ? "null" : collections));
}

void Session::set_recording(const std::string& url, const std::string& id, std::int64_t seconds)
{
    set_variable("Recording-Url", url);
    set_variable("Recording-ID", id);
    set_variable("Recording-Duration", std::to_string(seconds));
}

const ActionLimits& Session::action_limits() const
{
    return exchanges_.config.action;
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
    return config_.sink != nullptr && (action_.debug || config_.records_all);
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

void Session::record(const SessionRequest& request, std::int64_t began_unix_ms,
                     const Result<Answer>& answer)
{
    DebugFacts facts = session::facts_of(request);
    facts.call_id = call_.call_id;
    facts.account_id = call_.account_id;
    facts.iteration = iteration_;
    facts.at_unix_ms = began_unix_ms;
    facts.has_whole_requests = config_.records_all;
    if (!answer) facts.failure = &answer.error();
    facts.warnings = std::exchange(warnings_, {});
    if (answer && answer->document) {
        for (const auto& [line, column, message] : answer->document->warnings()) {
            facts.warnings.push_back(fmt::format("{}:{}: {}", line, column, message));
        }
    }
    if (answer && !answer->flow.empty()) {
        for (const auto& [at, error] : exchanges_.answer_reader->warnings()) {
            facts.warnings.push_back(fmt::format("{} {}", at, error));
        }
    }
    if (answer && answer->are_words_cut) {
        facts.warnings.push_back(
            fmt::format("the text is cut off after {} characters", twiml::say_characters_max));
    }
    record_ = std::make_unique<DebugRecord>(facts);
}

void Session::flush_record()
{
    if (record_) config_.sink->add(std::move(*std::exchange(record_, nullptr)));
}

void Session::end(const EndOfCall& end)
{
    assert(!has_ended_);
    has_ended_ = true;
    flush_record();
    const bool has_twiml = has_run_twiml_ || format() == Format::twiml;
    if (!has_twiml || action_.cdr_url.empty() || config_.cdrs == nullptr) return;
    config_.cdrs->put(make_cdr(call_, end, action_.cdr_url), config_.cdr_put);
}

}  // namespace pivot::session
