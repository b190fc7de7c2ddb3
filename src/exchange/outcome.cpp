#include <pivot/outcome.hpp>

#include "base/json.hpp"

#include <iterator>
#include <span>

#include <fmt/format.h>

namespace pivot::inline v1 {

namespace {

void append_member(std::string& out, std::string_view name, std::string_view text)
{
    fmt::format_to(std::back_inserter(out), ",\"{}\":", name);
    json::append_quoted(out, text);
}

void append_number(std::string& out, std::string_view name, std::int64_t number)
{
    fmt::format_to(std::back_inserter(out), ",\"{}\":{}", name, number);
}

void append_breaches(std::string& out, std::string_view name, std::span<const Breach> breaches)
{
    if (breaches.empty()) return;
    fmt::format_to(std::back_inserter(out), ",\"{}\":[", name);
    for (const Breach& breach : breaches) {
        if (&breach != &breaches.front()) out += ',';
        out += "{\"at\":";
        json::append_quoted(out, breach.at);
        append_member(out, "error", breach.error);
        out += '}';
    }
    out += ']';
}

void append_failure(std::string& out, const Failure& failure)
{
    append_member(out, "reason", name(failure.reason));
    append_member(out, "phase", name(failure.phase));
    append_member(out, "message", failure.message);
    append_breaches(out, "errors", failure.errors);
}

void append_exchange(std::string& out, const Exchange& exchange)
{
    out += ",\"exchange\":{\"method\":";
    json::append_quoted(out, name(exchange.method));
    append_member(out, "url", exchange.url);
    if (!exchange.final_url.empty()) append_member(out, "final_url", exchange.final_url);
    if (exchange.status != 0) append_number(out, "status", exchange.status);
    if (!exchange.content_type.empty()) append_member(out, "content_type", exchange.content_type);
    append_number(out, "redirects", exchange.redirects);
    out += exchange.was_reused ? ",\"reused\":true" : ",\"reused\":false";
    if (!exchange.address.empty()) append_member(out, "address", exchange.address);

    const Timings& timings = exchange.timings_us;
    out += ",\"timings_us\":{\"dns\":";
    out += std::to_string(timings.dns);
    append_number(out, "connect", timings.connect);
    append_number(out, "tls", timings.tls);
    append_number(out, "first_byte", timings.first_byte);
    append_number(out, "total", timings.total);
    out += "}}";
}

}  // namespace

std::string_view name(OutcomeKind kind)
{
    switch (kind) {
        case OutcomeKind::processed: return "processed";
        case OutcomeKind::failed: return "failed";
        case OutcomeKind::skipped: return "skipped";
    }
    return "unknown";
}

OutcomeView::operator Outcome() const
{
    Outcome outcome;
    outcome.kind = kind;
    outcome.call_id = call_id;
    outcome.next = next;
    if (failure != nullptr) outcome.failure = *failure;
    outcome.iteration = iteration;
    outcome.elapsed = elapsed;
    outcome.format = format;
    outcome.flow = flow;
    if (exchange != nullptr) outcome.exchange = exchange->to_exchange();
    outcome.verbs = verbs;
    outcome.warnings.assign(warnings.begin(), warnings.end());
    if (unknown_element != nullptr) outcome.unknown_element = *unknown_element;
    outcome.has_unknown_verbs = has_unknown_verbs;
    return outcome;
}

std::string Outcome::to_json() const
{
    std::string out = "{\"call_id\":";
    json::append_quoted(out, call_id);
    append_member(out, "outcome", name(kind));
    out += kind == OutcomeKind::processed ? ",\"branch\":null,\"next\":"
                                          : ",\"branch\":\"_\",\"next\":";
    out += next.empty() ? "null" : next;
    if (failure) append_failure(out, *failure);
    append_number(out, "iteration", iteration);
    fmt::format_to(std::back_inserter(out), ",\"elapsed_ms\":{:.3f}",
                   std::chrono::duration<double, std::milli>(elapsed).count());
    if (kind == OutcomeKind::processed) {
        append_member(out, "format", name(format));
        out += format == Format::twiml ? ",\"verbs\":" : ",\"flow\":";
        out += format == Format::twiml ? verbs : flow;
    }
    append_breaches(out, "warnings", warnings);
    if (exchange) append_exchange(out, *exchange);
    out += '}';
    return out;
}

}  // namespace pivot::inline v1
