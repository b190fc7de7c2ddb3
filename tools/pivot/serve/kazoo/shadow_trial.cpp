#include "pivot/serve/kazoo/shadow_trial.hpp"

#include "base/pass_on.hpp"
#include "exchange/policy.hpp"
#include "http/url.hpp"
#include "pivot/serve/calls/awaited_outcome.hpp"
#include "pivot/serve/calls/why.hpp"
#include "switches/kazoo/call_object.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

using reactor::Deadline;
using reactor::Task;
using switches::kazoo::PivotRequest;
using Kind = ShadowVerdict::Kind;

// Tells web servers that the request is a copy, so that they can skip what must be done only once.
constexpr const char* shadow_header = "X-Pivot-Shadow";

struct Advice {
    Reason reason;
    std::string_view text;
};

// For reasons that arise where KAZOO's pivot behaves differently or runs elsewhere in the network.
constexpr std::array advices = {
    Advice{Reason::bad_action, "correct the pivot action in the callflow"},
    Advice{Reason::blocked,
           "if the address is right, add it to policy.allow, or to policy.allow of the account, "
           "and reload (HUP); KAZOO asks it"},
    Advice{Reason::dns,
           "if KAZOO's servers know the name, let this machine ask the same name "
           "servers (dns.servers)"},
    Advice{Reason::connect,
           "if KAZOO's servers reach it, let this machine through the same firewalls"},
    Advice{Reason::tls,
           "renew the certificate, or name its authority in tls.ca_file; KAZOO verifies none"},
    Advice{Reason::content_type,
           "answer with application/json or text/xml; KAZOO tries others as either"},
    Advice{Reason::invalid_callflow,
           "correct the callflow, or add the web servers that it names to policy.allow; KAZOO "
           "leaves the caller of an invalid one in silence"},
    Advice{Reason::invalid_twiml,
           "correct the document: `pivot check` says where it is wrong; KAZOO performs it up to "
           "there, and hangs up"},
};

std::string advice_of(Reason reason)
{
    for (const Advice& advice : advices) {
        if (advice.reason == reason) return std::string(advice.text);
    }
    return std::string(advice_on(reason));
}

ShadowVerdict refused(Reason reason, std::string why)
{
    return {Kind::refused, std::string(name(reason)), std::move(why), advice_of(reason)};
}

ShadowVerdict verdict_on(const Failure& failure)
{
    const bool is_ours = failure.reason == Reason::cancelled || failure.reason == Reason::overload;
    if (!is_ours) return refused(failure.reason, failure.message);
    return {Kind::unjudged, std::string(name(failure.reason)), failure.message,
            "nothing: a later request may tell"};
}

// Whether KAZOO takes an answer with this status.
bool is_status_of_kazoo(int status)
{
    return status == 0 || status == 200 || status == 206;
}

ShadowVerdict verdict_on(const Outcome& outcome, bool can_be_commanded)
{
    if (outcome.failure) return verdict_on(*outcome.failure);
    if (outcome.format == Format::twiml && !can_be_commanded) {
        return {Kind::refused, std::string(name(Reason::bad_action)),
                "the answer is TwiML, and the call names no queue for its commands",
                "see why whoever asks sends no Control-Queue; KAZOO cannot command it, either"};
    }
    if (const auto& unknown = outcome.unknown_element) {
        std::string why = fmt::format("the document, {}: {}", unknown->at, unknown->error);
        if (outcome.has_unknown_verbs) return refused(Reason::invalid_twiml, std::move(why));
        return {Kind::changed, "unknown", std::move(why),
                "correct the document; KAZOO performs what comes before it, and hangs up"};
    }
    if (!outcome.exchange || is_status_of_kazoo(outcome.exchange->status)) return {};
    return {Kind::changed, "status",
            fmt::format("the answer has the status {}, which KAZOO takes for a failure",
                        outcome.exchange->status),
            "nothing, if it may be performed; else answer with an error"};
}

// The verdict on a request that would be performed without some of its headers.
ShadowVerdict with_headers(ShadowVerdict verdict, unsigned headers_dropped)
{
    if (verdict.kind != Kind::ok || headers_dropped == 0) return verdict;
    return {Kind::changed, "headers",
            fmt::format("{} of Custom-Request-Headers would be left out: only names that begin "
                        "with X-, and values without line breaks, are sent",
                        headers_dropped),
            "rename the header, if the web server needs it"};
}

}  // namespace

EngineConfig shadow_config(EngineConfig config)
{
    config.reactors = 1;
    config.cpus.clear();
    config.sinks = nullptr;
    config.store = {};
    config.media = {};
    config.session = {};
    for (auto& [id, account] : config.accounts) account.limits = {};
    return config;
}

tl::expected<std::unique_ptr<ShadowTrial>, std::string> ShadowTrial::open(
    reactor::Reactor& reactor, Engine& engine, const EngineConfig& config, bool asks, Tell tell)
{
    auto resolver = net::Resolver::open(
        reactor, {.servers = config.dns.servers, .hosts_file = config.dns.hosts_file});
    if (!resolver) return pass_on(resolver);
    std::unique_ptr<ShadowTrial> trial(
        new ShadowTrial(reactor, engine, asks, std::move(tell), std::move(*resolver)));
    trial->reload(config);
    return trial;
}

ShadowTrial::ShadowTrial(reactor::Reactor& reactor, Engine& engine, bool asks, Tell tell,
                         std::unique_ptr<net::Resolver> resolver)
    : reactor_(reactor),
      engine_(engine),
      asks_(asks),
      tell_(std::move(tell)),
      resolver_(std::move(resolver))
{
}

// The engine has accepted the same rules, so they are valid.
void ShadowTrial::reload(const EngineConfig& config)
{
    const auto read = [&config](const EngineConfig::Policy& account) {
        auto policy = exchange::address_policy(config, account);
        assert(policy);
        return policy ? std::move(*policy) : net::AddressPolicy();
    };
    policy_ = read({});
    policies_.clear();
    for (const auto& [id, account] : config.accounts) policies_.emplace(id, read(account.policy));
    resolver_->set_servers(config.dns.servers);
}

const net::AddressPolicy& ShadowTrial::policy_of(std::string_view account_id) const
{
    const auto found = policies_.find(account_id);
    return found == policies_.end() ? policy_ : found->second;
}

Task<> ShadowTrial::judge(Question question, Deadline& deadline)
{
    const ShadowedCall call{question.call.call_id, question.call.account_id,
                            question.action.flow_doc.empty() ? question.action.voice_url : ""};
    const unsigned headers_dropped = question.headers_dropped;
    const bool needs_engine = asks_ || !question.action.flow_doc.empty();
    ShadowVerdict verdict;
    if (needs_engine) {
        verdict = co_await ask(std::move(question), deadline);
    } else {
        verdict = co_await check(std::move(question), deadline);
    }
    tell_(call, with_headers(std::move(verdict), headers_dropped));
}

void ShadowTrial::refuse(const PivotRequest& request, std::string_view why)
{
    tell_({request.call_id, request.account_id, request.voice_url},
          refused(Reason::bad_action, std::string(why)));
}

// Asks only name servers.
Task<ShadowVerdict> ShadowTrial::check(Question question, Deadline& deadline)
{
    const auto url = http::Url::parse(question.action.voice_url);
    assert(url);  // the request has been read
    const std::string account_id = question.call.account_id;
    const auto admitted = policy_of(account_id).admit_host(url->host, url->port);
    if (!admitted) co_return verdict_on(admitted.error());
    const std::string host = url->name();
    const auto resolved = co_await resolver_->resolve(host, deadline);
    if (!resolved) co_return verdict_on(resolved.error());
    std::vector<net::SocketAddress> addresses;
    for (const net::IpAddress& ip : *resolved) addresses.emplace_back(ip, url->port);
    const auto reached = policy_of(account_id).admit(url->host, addresses);
    if (!reached) co_return verdict_on(reached.error());
    co_return ShadowVerdict();
}

// Asks like a call would, but leaves no trace.
Task<ShadowVerdict> ShadowTrial::ask(Question question, Deadline& deadline)
{
    const bool can_be_commanded =
        !switches::kazoo::identity_of(std::move(question.call_object)).control.queue.empty();
    Request request;
    request.call = std::move(question.call);
    request.node = ActionNode{std::move(question.action), {}};
    request.node.action->debug = false;
    if (request.node.action->req_format == Format::kazoo) {
        request.parameters.emplace_back("Call-Status", "ringing");
    }
    request.headers.emplace_back(shadow_header, "true");
    const Outcome outcome = co_await outcome_of(engine_, std::move(request), deadline);
    co_return verdict_on(outcome, can_be_commanded);
}

}  // namespace pivot::tools
