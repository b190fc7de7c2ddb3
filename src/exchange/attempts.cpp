#include "exchange/attempts.hpp"

#include "base/pass_on.hpp"
#include "exchange/error_code.hpp"
#include "exchange/reference.hpp"
#include "exchange/request_headers.hpp"
#include "http/connection_overrides.hpp"
#include "reactor/wait.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace pivot::exchange {

namespace {

using reactor::Deadline;
using reactor::Nanoseconds;
using reactor::Task;

constexpr Nanoseconds ms = 1'000'000;

// The step that the time did not suffice for.
std::string_view undone(Phase phase)
{
    switch (phase) {
        case Phase::queue: return "it had not been asked yet";
        case Phase::dns: return "the host name had not been resolved";
        case Phase::connect: return "there was no connection";
        case Phase::tls: return "the TLS handshake was not over";
        case Phase::send: return "the request had not been sent";
        case Phase::wait: return "the server had not sent a byte";
        case Phase::read: return "the response was not complete";
        case Phase::parse: return "the response was still being read";
    }
    return {};
}

Task<Result<http::LentResponse>> fail_with(Failure failure, Deadline&)
{
    co_return tl::unexpected(std::move(failure));
}

}  // namespace

struct Attempts::Extras {
    Extras(const AttemptsPlan& its_plan, const AccountProfile& profile, const reactor::Clock& clock)
        : plan(its_plan), request(clock)
    {
        request.upload_type = plan.upload_type;
        request.is_put = plan.is_put;
        if (plan.upload_type.empty()) request.key = profile.signing_key;
        request.idempotency = plan.idempotency;
        request.conditions = plan.conditions;
        request.cookies = plan.cookies;
        request.is_recorded = plan.is_recorded;
    }

    bool has_headers(const AccountProfile& profile) const
    {
        return !profile.headers.empty() || !plan.headers.empty() || !plan.url_headers.empty();
    }

    // Those for the origin of the action's URL; if `url` has another one, and headers of its own,
    // these alone.
    void set_headers(std::string_view url, const AccountProfile& profile,
                     const http::DestinationRules& of_account)
    {
        const auto asked = http::Url::parse(url);
        const auto of_action = http::Url::parse(split_fragment(plan.action_url).url);
        const bool has_own = asked && !plan.url_headers.empty();
        const bool is_elsewhere = has_own && (!of_action || of_action->origin() != asked->origin());
        if (!is_elsewhere && !of_action) return;
        const std::string origin = is_elsewhere ? asked->origin() : of_action->origin();
        rules.emplace(of_account);
        if (rules->origin != origin) rules->headers.clear();
        rules->origin = origin;
        if (has_own) rules->add_headers(unpack_headers(plan.url_headers));
        if (is_elsewhere) return;
        rules->add_headers(profile.headers);
        rules->add_headers(unpack_headers(plan.headers));
    }

    const AttemptsPlan plan;
    RequestExtras request;
    std::optional<http::DestinationRules> rules;  // nothing: those of the account
    std::string warning;
    std::optional<Failure> first_failure;  // why the fallback is asked
    std::vector<Parameter> cause;          // likewise, as the fallback is told
    Nanoseconds url_ns_max = reactor::never;
    std::optional<Deadline> url_deadline;
    std::optional<Deadline> attempt_deadline;  // under that of the URL
};

bool Attempts::needs_extras(const AttemptsPlan& plan, const Account& account)
{
    const bool has_fragment = plan.webhook.url.find('#') != std::string_view::npos;
    const bool is_limited =
        plan.url_ns_max != reactor::never || plan.attempt_ns_max != reactor::never;
    return has_fragment || is_limited || !plan.fallback.url.empty() ||
           !account.profile().signing_key.empty() || !account.profile().headers.empty() ||
           !plan.headers.empty() || !plan.url_headers.empty() || !plan.idempotency.empty() ||
           plan.cookies != nullptr || plan.keeps_headers || plan.is_recorded ||
           !plan.upload_type.empty();
}

Attempts::Attempts(Exchanges& exchanges, Content& content, const AttemptsPlan& plan)
    : exchanges_(exchanges),
      account_(exchanges.account_of(plan.account_id)),
      extras_(needs_extras(plan, *account_)
                  ? std::make_unique<Extras>(plan, account_->profile(), exchanges.reactor.clock())
                  : nullptr),
      url_(plan.webhook.url),
      request_(content, plan.format),
      retry_(plan.retry.value_or(Retry::by_default(plan.format))),
      method_(plan.webhook.method),
      body_format_(plan.body_format)
{
    request_.progress().started = plan.started;
}

Attempts::~Attempts() = default;

Task<Result<http::LentResponse>> Attempts::ask(Deadline& whole)
{
    if (!std::exchange(is_following_, false)) {
        if (auto begun = begin(whole); !begun) return fail_with(std::move(begun.error()), whole);
    }
    return exchanges_.client->ask(request_, request_.progress(), deadline(whole));
}

Result<void> Attempts::begin(Deadline& whole)
{
    Nanoseconds started = exchanges_.reactor.now();
    if (std::exchange(is_new_, false)) {
        const Nanoseconds planned = request_.progress().started;
        if (planned != 0 && first_failure() == nullptr) started = planned;
        if (auto begun = begin_url(whole); !begun) return begun;
    }
    auto destination = find_destination();
    if (!destination) return pass_on(destination);
    request_.begin(std::move(*destination), started);
    count_attempt();
    if (extras_ && extras_->plan.attempt_ns_max != reactor::never) {
        extras_->attempt_deadline.emplace(url_deadline(whole),
                                          started + extras_->plan.attempt_ns_max);
    }
    const Deadline& in_time = deadline(whole);
    if (in_time.has_expired()) return tl::unexpected(in_time.failure(Phase::queue));
    return {};
}

void Attempts::count_attempt()
{
    Tally& tally = exchanges_.tally;
    Counter& first = first_failure() == nullptr ? tally.first_attempts : tally.fallbacks;
    (retried_ == 0 ? first : tally.retries).add();
}

Result<void> Attempts::begin_url(Deadline& whole)
{
    request_.reset();
    const auto [url, fragment] = split_fragment(url_);
    url_ = url;
    if (extras_) {
        extras_->request.url = url;
        extras_->attempt_deadline.reset();
        extras_->url_deadline.reset();
        apply_fragment(fragment, whole);
        const AccountProfile& profile = account_->profile();
        if (extras_->has_headers(profile)) extras_->set_headers(url, profile, account_->rules());
    }
    const bool is_form = method_ == Method::get || body_format_ == BodyFormat::form;
    const BodyFormat format = is_form ? BodyFormat::form : BodyFormat::json;
    const auto cause =
        extras_ ? std::span<const Parameter>(extras_->cause) : std::span<const Parameter>();
    if (auto written = request_.content().write(format, cause); !written) return written;
    request_.prepare(exchanges_.tokens.next(), method_, format,
                     extras_ ? &extras_->request : nullptr);
    return {};
}

void Attempts::apply_fragment(std::string_view fragment, Deadline& whole)
{
    http::ConnectionOverrides overrides;
    if (auto parsed = http::ConnectionOverrides::parse(fragment)) {
        overrides = *parsed;
    } else {
        if (!extras_->warning.empty()) extras_->warning += "; ";
        extras_->warning += fmt::format("{} (error 11243): {}", url_, parsed.error());
    }
    const AttemptsPlan& plan = extras_->plan;
    retry_ = plan.retry.value_or(Retry::by_default(plan.format)).with(overrides);

    RequestExtras& request = extras_->request;
    request.sends_sni = overrides.sends_sni;
    request.demands = {};
    request.demands.keeps_headers = plan.keeps_headers || plan.cookies != nullptr;
    request.demands.body_bytes_max = plan.body_bytes_max;
    if (overrides.connect_ms != 0) request.demands.connect_ns_max = overrides.connect_ms * ms;
    if (overrides.read_ms != 0) request.demands.read_ns_max = overrides.read_ms * ms;

    Nanoseconds& ns_max = extras_->url_ns_max;
    ns_max = plan.url_ns_max;
    if (overrides.total_ms != 0) ns_max = std::min(ns_max, overrides.total_ms * ms);
    if (ns_max != reactor::never) {
        extras_->url_deadline.emplace(whole, exchanges_.reactor.now() + ns_max);
    }
}

Result<std::shared_ptr<const http::Destination>> Attempts::find_destination()
{
    auto found = account_->destinations().find(url_);
    if (!found) return fail(Reason::bad_action, Phase::queue, std::move(found.error()));
    const bool is_usual = !extras_ || (extras_->request.sends_sni && !extras_->rules);
    if (is_usual) return std::move(*found);
    return std::make_shared<const http::Destination>((*found)->url, rules(),
                                                     extras_->request.sends_sni);
}

const http::DestinationRules& Attempts::rules() const
{
    return extras_ && extras_->rules ? *extras_->rules : account_->rules();
}

Deadline& Attempts::url_deadline(Deadline& whole)
{
    return extras_ && extras_->url_deadline ? *extras_->url_deadline : whole;
}

Deadline& Attempts::deadline(Deadline& whole)
{
    return extras_ && extras_->attempt_deadline ? *extras_->attempt_deadline : url_deadline(whole);
}

Result<bool> Attempts::follow(Result<http::LentResponse>& response, Deadline& whole)
{
    http::Progress& progress = request_.progress();
    progress.timings_us.total = (exchanges_.reactor.now() - progress.started) / 1'000;
    if (!response) {
        explain(response.error(), whole);
        return pass_on(response);
    }
    request_.take_cookies(**response);
    if (!http::Route::is_redirect(**response)) return false;
    auto followed = request_.follow(**response, settings().config().http.redirects_max, rules());
    if (!followed) return pass_on(followed);
    is_following_ = true;
    return true;
}

void Attempts::explain(Failure& failure, Deadline& whole)
{
    const Deadline& in_time = deadline(whole);
    if (failure.reason != Reason::timeout || !in_time.has_expired() || whole.has_expired()) return;
    const auto& of_url = extras_->url_deadline;
    const bool is_of_url = of_url && of_url->at() <= in_time.at();
    const Nanoseconds ns_max = is_of_url ? extras_->url_ns_max : extras_->plan.attempt_ns_max;
    failure.message = fmt::format("no answer within {} ms: {}", ns_max / ms, undone(failure.phase));
}

Task<bool> Attempts::next(Failure& failure, Deadline& whole)
{
    const bool can_retry = retried_ < retry_.retries && request_.has_begun() &&
                           retry_.is_worth_another(failure, request_.status());
    if (can_retry) {
        Deadline& in_time = url_deadline(whole);
        const Backoff& pauses = extras_ ? extras_->plan.pauses : between_attempts;
        const Nanoseconds pause_ns = pauses.pause_ns(retried_++, exchanges_.random);
        const Nanoseconds at = exchanges_.reactor.now() + pause_ns;
        if (at < std::min(in_time.at(), whole.at())) {
            const bool has_time = co_await reactor::Sleep(at, in_time);
            if (has_time) co_return true;
        }
    }
    if (may_ask_fallback(failure, whole)) {
        turn_to_fallback(failure);
        co_return true;
    }
    if (extras_ && extras_->first_failure) {
        extras_->first_failure->message += "; then the fallback: " + failure.message;
        failure = std::move(*extras_->first_failure);
    }
    co_return false;
}

bool Attempts::may_ask_fallback(const Failure& failure, const Deadline& whole) const
{
    return extras_ && !extras_->plan.fallback.url.empty() && !extras_->first_failure &&
           failure.reason != Reason::cancelled && !whole.has_expired();
}

void Attempts::turn_to_fallback(const Failure& failure)
{
    extras_->first_failure = failure;
    std::vector<Parameter>& cause = extras_->cause;
    cause.push_back({"ErrorCode", fmt::to_string(error_code(failure.reason))});
    cause.push_back({"ErrorUrl", std::string(url_)});
    url_ = extras_->plan.fallback.url;
    method_ = extras_->plan.fallback.method;
    retried_ = 0;
    is_new_ = true;
}

const Failure* Attempts::first_failure() const
{
    return extras_ && extras_->first_failure ? &*extras_->first_failure : nullptr;
}

std::string_view Attempts::warning() const
{
    return extras_ ? std::string_view(extras_->warning) : std::string_view();
}

std::string Attempts::take_warning()
{
    return extras_ ? std::exchange(extras_->warning, {}) : std::string();
}

}  // namespace pivot::exchange
