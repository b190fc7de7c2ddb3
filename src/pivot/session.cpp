#include "pivot/session.hpp"

#include "base/base64.hpp"
#include "base/text.hpp"
#include "pivot/cdr_spool.hpp"
#include "pivot/signature.hpp"
#include "pivot/time_up.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <openssl/rand.h>

namespace pivot {

namespace {

using http::ConnectionOverrides;
using http::RetryOn;

// What is behind the `#` of a URL.
std::string_view fragment_of(std::string_view url)
{
    const std::size_t hash = url.find('#');
    return hash == url.npos ? std::string_view() : url.substr(hash + 1);
}

// What a failure is worth: another attempt where the URL asks for one.
bool may_retry(const Failure& failure, const ConnectionOverrides& overrides, int status)
{
    switch (failure.reason) {
        case Reason::status:
            return overrides.retries_on(status >= 500 ? RetryOn::status_5xx : RetryOn::status_4xx);
        case Reason::dns:
        case Reason::connect:
        case Reason::tls: return overrides.retries_on(RetryOn::connect_timeout);
        case Reason::closed: return overrides.retries_on(RetryOn::read_timeout);
        case Reason::timeout:
            return overrides.retries_on(failure.phase <= Phase::tls ? RetryOn::connect_timeout
                                                                    : RetryOn::read_timeout);
        default: return false;
    }
}

// The number that TwiML knows a failure by (twiml.md, section 9).
std::string_view error_code(const Failure& failure)
{
    switch (failure.reason) {
        case Reason::dns: return "11210";
        case Reason::connect: return "11205";
        case Reason::tls: return "11220";
        case Reason::protocol: return "11206";
        case Reason::redirect: return "11215";
        case Reason::too_large: return "11750";
        case Reason::content_type: return "12300";
        case Reason::invalid_json:
        case Reason::invalid_callflow:
        case Reason::invalid_twiml: return "12100";
        default: return "11200";
    }
}

std::string random_token()
{
    std::array<unsigned char, 18> bytes{};
    RAND_bytes(bytes.data(), static_cast<int>(bytes.size()));
    std::string token;
    append_base64(token, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    return token;
}

std::vector<HttpHeader> headers_of(std::string_view lines)
{
    std::vector<HttpHeader> headers;
    while (!lines.empty()) {
        std::string_view line = take_until(lines, '\n');
        if (line.ends_with('\r')) line.remove_suffix(1);
        const std::size_t colon = line.find(':');
        if (colon == line.npos) continue;
        headers.push_back(
            {std::string(line.substr(0, colon)), std::string(trim(line.substr(colon + 1)))});
    }
    return headers;
}

void append_members(std::string& out, json::Value object, json::Value except_those_of)
{
    for (const auto [name, value] : object.members()) {
        if (except_those_of.find(name)) continue;
        if (out.size() > 1) out += ',';
        json::append_quoted(out, name);
        out += ':';
        json::append_value(out, value);
    }
}

}  // namespace

// What an exchange asks: a URL, and with what.
struct Session::Enquiry {
    http::Url url;
    std::string fragment;
    Method method = Method::post;
    BodyFormat body_format = BodyFormat::form;
    SessionParameters parameters;
};

Session::Session(Exchanges& exchanges, Callbacks& callbacks, const SessionConfig& config,
                 Request request)
    : exchanges_(exchanges), callbacks_(callbacks), config_(config), request_(std::move(request))
{
}

Format Session::format() const
{
    return request_.node.action ? request_.node.action->req_format : Format::kazoo;
}

bool Session::skips_module() const
{
    return request_.node.action && request_.node.action->skip_module;
}

Result<Session::Enquiry> Session::enquiry_of_action() const
{
    if (!request_.node.action) return tl::unexpected(request_.node.action.error());
    const Action& action = *request_.node.action;
    auto url = http::Url::parse(action.voice_url);
    if (!url) return fail(Reason::bad_action, Phase::queue, "voice_url: " + url.error());
    return Enquiry{std::move(*url),
                   std::string(fragment_of(action.voice_url)),
                   action.method,
                   action.req_body_format,
                   {}};
}

Task<Result<Answer>> Session::begin(Deadline& call)
{
    auto enquiry = enquiry_of_action();
    if (!enquiry) co_return tl::unexpected(std::move(enquiry.error()));
    co_return co_await exchange(std::move(*enquiry), call);
}

Task<Result<Answer>> Session::pivot(ActionNode node, Deadline& call)
{
    request_.node = std::move(node);
    ++request_.iteration;
    auto enquiry = enquiry_of_action();
    if (!enquiry) co_return tl::unexpected(std::move(enquiry.error()));
    co_return co_await exchange(std::move(*enquiry), call);
}

Task<Result<Answer>> Session::ask(Ask ask, Deadline& call)
{
    has_performed_twiml_ = true;
    ++request_.iteration;
    tl::expected<http::Url, std::string> url = tl::unexpected<std::string>("there is no document");
    if (document_url_) url = ask.url.empty() ? *document_url_ : document_url_->resolve(ask.url);
    if (!url) {
        co_return fail(Reason::redirect, Phase::queue,
                       fmt::format("{} is not a URL to ask: {}", printable(ask.url), url.error()));
    }
    Enquiry enquiry{std::move(*url), std::string(fragment_of(ask.url)), ask.method,
                    BodyFormat::form, std::move(ask.parameters)};
    co_return co_await exchange(std::move(enquiry), call);
}

Task<Result<Answer>> Session::exchange(Enquiry enquiry, Deadline& call)
{
    const auto exchanges_max = exchanges_.config().session.exchanges_max;
    if (request_.iteration > static_cast<int>(exchanges_max)) {
        co_return fail(Reason::overload, Phase::queue,
                       fmt::format("the call has had its {} exchanges", exchanges_max));
    }
    auto answer = co_await attempts(enquiry, call);
    const std::string fallback_url =
        request_.node.action ? request_.node.action->fallback_url : std::string();
    if (answer || call.has_expired() || fallback_url.empty()) co_return answer;

    auto url = http::Url::parse(fallback_url);
    if (!url) co_return answer;
    Enquiry fallback{std::move(*url), std::string(fragment_of(fallback_url)),
                     request_.node.action->fallback_method, BodyFormat::form,
                     std::move(enquiry.parameters)};
    set(fallback.parameters, "ErrorCode", error_code(answer.error()));
    set(fallback.parameters, "ErrorUrl", enquiry.url.to_text());
    co_return co_await attempts(fallback, call);
}

Task<Result<Answer>> Session::attempts(const Enquiry& enquiry, Deadline& call)
{
    const Action& action = *request_.node.action;
    const auto parsed = ConnectionOverrides::parse(enquiry.fragment);
    ConnectionOverrides overrides = parsed ? *parsed : ConnectionOverrides();
    if (overrides.retries < 0) overrides.retries = format() == Format::twiml ? 1 : 0;
    if (overrides.retry_on == 0) {
        overrides.retry_on = static_cast<std::uint8_t>(RetryOn::connect_timeout);
    }
    auto timeout = action.timeout;
    if (overrides.total_ms != 0) {
        timeout = std::min<std::chrono::milliseconds>(std::chrono::milliseconds(overrides.total_ms),
                                                      exchanges_.config().action.timeout_max);
    }
    http::Demands demands;
    demands.keeps_headers = true;
    if (overrides.connect_ms != 0) demands.connect_ns_max = overrides.connect_ms * 1'000'000LL;
    if (overrides.read_ms != 0) demands.read_ns_max = overrides.read_ms * 1'000'000LL;

    auto parameters = encode(enquiry);
    if (!parameters) co_return tl::unexpected(std::move(parameters.error()));
    const auto destination = std::make_shared<const http::Destination>(
        enquiry.url, exchanges_.policy(), overrides.sends_sni);
    const std::string token = random_token();
    reactor::Reactor& reactor = exchanges_.reactor();
    Deadline deadline(call, reactor.now() + std::chrono::nanoseconds(timeout).count());
    Result<Answer> answer = fail(Reason::cancelled, Phase::queue, "cancelled");
    for (int left = overrides.retries; left >= 0 && !deadline.has_expired(); --left) {
        SessionRequest request(destination, enquiry.method, enquiry.body_format, *parameters);
        http::Progress progress;
        progress.demands = &demands;
        progress.started = reactor.now();
        const std::int64_t at_unix_ms = unix_now_ms();
        answer = co_await attempt(request, progress, token, deadline);
        if (!answer && answer.error().reason == Reason::timeout && deadline.has_expired()) {
            answer.error().message = time_up(timeout, answer.error().phase);
        }
        record(request, progress, answer, at_unix_ms);
        if (answer || !may_retry(answer.error(), overrides, progress.status)) break;
    }
    co_return answer;
}

Task<Result<Answer>> Session::attempt(SessionRequest& request, http::Progress& progress,
                                      std::string_view token, Deadline& deadline)
{
    http::Route& route = request.route();
    while (true) {
        request.set_headers(headers_for(request, token));
        const Failure* failure = co_await exchanges_.client().ask(request, progress, deadline);
        if (failure != nullptr) co_return tl::unexpected(*failure);
        const http::Response& response = *progress.response;
        for (const std::string_view cookie : response.values_of("set-cookie")) {
            cookies_.take(cookie, route.current().url, unix_now_ms() / 1'000);
        }
        if (!http::Route::is_redirect(response)) break;
        const auto followed =
            route.follow(response, exchanges_.config().http.redirects_max, exchanges_.policy());
        if (!followed) co_return tl::unexpected(followed.error());
    }
    progress.phase = Phase::parse;
    co_return take_answer(*progress.response, route);
}

Result<Answer> Session::take_answer(const http::Response& response, const http::Route& route)
{
    Answer answer;
    const bool is_good = response.status >= 200 && response.status <= 299;
    const std::string_view type = essence(response.content_type);
    if (is_good && format() == Format::twiml) {
        if (starts_ignoring_case(type, "audio/")) {
            answer.media_url = route.current().url.to_text();
            return answer;
        }
        if (response.body.empty()) {
            return fail(Reason::invalid_twiml, Phase::parse,
                        fmt::format("the server answered {} with an empty body: an answer that "
                                    "says nothing is <Response/>",
                                    response.status));
        }
        const char sign = first_sign(response.body);
        if (equals_ignoring_case(type, "text/plain") && sign != '<' && sign != '{') {
            answer.words = response.body;
            return answer;
        }
    }
    auto read = exchanges_.answers().read(response);
    if (!read) return tl::unexpected(std::move(read.error()));
    document_url_ = route.current().url;
    if (read->format == Format::twiml) {
        answer.document = std::make_shared<const twiml::Document>(std::move(*read->document));
    } else {
        answer.flow = read->flow;
    }
    return answer;
}

// Base parameters go before the session's variables, and what a verb has to tell before both.
Result<std::string> Session::encode(const Enquiry& enquiry)
{
    PackedRequest packed;
    packed.pack(request_, exchanges_.config().action);
    Parameters& parameters = exchanges_.parameters();
    if (auto read = parameters.read(packed); !read) return tl::unexpected(std::move(read.error()));

    json::Document digits_document;
    if (!digits_.empty()) {
        std::string object;
        for (const SessionParameter& collection : digits_) {
            object += object.empty() ? '{' : ',';
            json::append_quoted(object, collection.name);
            object += ':';
            json::append_quoted(object, collection.value);
        }
        parameters.set("Digits", *digits_document.read(object + '}'));
    }
    const bool tells_status = format() == Format::twiml || has_performed_twiml_;
    if (tells_status && !call_status_.empty()) parameters.set("CallStatus", call_status_);
    for (const SessionParameter& variable : variables_) {
        if (!parameters.has(variable.name)) parameters.set(variable.name, variable.value);
    }
    for (const SessionParameter& parameter : enquiry.parameters) {
        parameters.set(parameter.name, parameter.value);
    }
    const bool is_json = enquiry.body_format == BodyFormat::json && enquiry.method == Method::post;
    return std::string(is_json ? parameters.json() : parameters.form());
}

std::string Session::headers_for(const SessionRequest& request, std::string_view token) const
{
    std::string headers;
    if (!cookies_.empty()) {
        std::string cookies;
        cookies_.append_header_value(cookies, request.route().current().url, unix_now_ms() / 1'000);
        if (!cookies.empty()) headers += fmt::format("Cookie: {}\r\n", cookies);
    }
    if (format() == Format::twiml)
        headers += fmt::format("I-Twilio-Idempotency-Token: {}\r\n", token);
    const std::string_view key = signing_key();
    if (key.empty()) return headers;
    if (format() == Format::twiml) {
        const std::string_view form = request.has_form() ? request.body() : std::string_view();
        headers += fmt::format("{}: {}\r\n", twilio_signature_header,
                               twilio_form_signature(key, request.url(), form));
    } else {
        headers += fmt::format("{}: {}\r\n", kazoo_signature_header,
                               kazoo_signature(key, unix_now_ms() / 1'000, request.body()));
    }
    return headers;
}

std::string_view Session::signing_key() const
{
    const auto& session = exchanges_.config().session;
    const std::string& account = request_.call.account_id;
    for (const std::string& entry : session.signing_keys) {
        const std::string_view named(entry);
        const std::size_t equals = named.find('=');
        if (named.substr(0, equals) == account) return named.substr(equals + 1);
    }
    return session.signing_key;
}

void Session::record(const SessionRequest& request, const http::Progress& progress,
                     const Result<Answer>& answer, std::int64_t at_unix_ms)
{
    const bool is_wanted =
        config_.records_all || (request_.node.action && request_.node.action->debug);
    if (config_.debug == nullptr || !is_wanted) return;
    const http::Route& route = request.route();
    DebugFacts facts;
    facts.call_id = request_.call.call_id;
    facts.account_id = request_.call.account_id;
    facts.iteration = request_.iteration;
    facts.at_unix_ms = at_unix_ms;
    facts.exchange.method = route.method();
    facts.exchange.url = route.redirects() == 0 ? request.url() : route.first().url.to_text();
    if (route.redirects() > 0) {
        facts.exchange.final_url = route.current().url.to_text();
        facts.redirects.push_back(facts.exchange.final_url);
    }
    facts.exchange.status = progress.status;
    facts.exchange.redirects = static_cast<int>(route.redirects());
    facts.exchange.was_reused = progress.was_reused;
    if (progress.address) facts.exchange.address = progress.address->to_text();
    facts.exchange.timings_us = progress.timings_us;
    facts.exchange.timings_us.total = (exchanges_.reactor().now() - progress.started) / 1'000;
    facts.request_headers = headers_of(request.headers());
    facts.request_body = request.body();
    if (!signing_key().empty()) facts.signed_url = request.url();
    if (progress.response != nullptr) {
        facts.exchange.content_type = progress.response->content_type;
        facts.response_headers = headers_of(progress.response->headers);
        facts.response_body = progress.response->body;
    }
    if (answer) {
        if (answer->document) {
            for (const twiml::Remark& remark : answer->document->warnings()) {
                facts.warnings.push_back(
                    fmt::format("{}:{} {}", remark.line, remark.column, remark.message));
            }
        }
    } else {
        facts.failure = &answer.error();
        facts.branch = "_";
    }
    config_.debug->add(DebugRecord(facts));
}

std::string Session::resolve(std::string_view reference) const
{
    if (!document_url_) return {};
    const auto url = reference.empty() ? *document_url_ : document_url_->resolve(reference);
    return url ? url->to_text() : std::string();
}

bool Session::notify(std::string_view reference, Method method, SessionParameters parameters)
{
    if (!document_url_) return false;
    auto url = document_url_->resolve(reference);
    if (!url) return false;
    Enquiry enquiry{std::move(*url), std::string(fragment_of(reference)), method, BodyFormat::form,
                    std::move(parameters)};
    auto form = encode(enquiry);
    if (!form) return false;
    const auto destination =
        std::make_shared<const http::Destination>(enquiry.url, exchanges_.policy());
    const SessionRequest request(destination, method, BodyFormat::form, *form);
    Notice notice;
    notice.headers = headers_for(request, random_token());
    notice.url = std::move(enquiry.url);
    notice.method = method;
    notice.parameters = std::move(*form);
    notice.call_id = request_.call.call_id;
    callbacks_.send(std::move(notice));
    return true;
}

void Session::set_variable(std::string_view name, std::string_view value)
{
    set(variables_, name, value);
}

void Session::set_digits(std::string_view collection, std::string_view digits)
{
    set(digits_, collection, digits);
}

std::string_view Session::digits(std::string_view collection) const
{
    const auto found = std::ranges::find(digits_, collection, &SessionParameter::name);
    return found == digits_.end() ? std::string_view() : std::string_view(found->value);
}

void Session::set_caller_id(std::string_view caller_name, std::string_view number)
{
    request_.call.caller_id_name = caller_name;
    request_.call.caller_id_number = number;
}

void Session::merge_application_variables(std::string_view members)
{
    std::string& variables = request_.call.custom_application_vars;
    json::Document old_document;
    json::Document new_document;
    const auto old_ones = old_document.read(variables.empty() ? "{}" : variables);
    const auto new_ones = new_document.read(members);
    if (!old_ones || !new_ones || !old_ones->is_object() || !new_ones->is_object()) return;
    std::string merged = "{";
    append_members(merged, *old_ones, *new_ones);
    json::Document empty_document;
    append_members(merged, *new_ones, *empty_document.read("{}"));
    variables = merged + '}';
}

void Session::end(const EndOfCall& end)
{
    if (std::exchange(has_ended_, true)) return;
    if (!request_.node.action || format() != Format::twiml || config_.cdrs == nullptr) return;
    const std::string& url = request_.node.action->cdr_url;
    if (!url.empty())
        config_.cdrs->put(make_cdr(request_.call, end, url), [](const Result<void>&) {});
}

}  // namespace pivot
