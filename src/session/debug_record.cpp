#include "session/debug_record.hpp"

#include "base/json.hpp"
#include "base/utf8.hpp"
#include "exchange/redaction.hpp"

#include <iterator>
#include <span>

#include <fmt/format.h>

namespace pivot::session {

namespace {

// Writes a JSON object member by member. Texts become UTF-8, and lose their secrets.
class Object {
public:
    explicit Object(std::string& out) : out_(out) { out_ += '{'; }
    Object(const Object&) = delete;
    Object& operator=(const Object&) = delete;
    ~Object() { out_ += '}'; }

    // Begins a member; its value is to follow.
    std::string& add(std::string_view name)
    {
        if (!std::exchange(is_first_, false)) out_ += ',';
        fmt::format_to(std::back_inserter(out_), "\"{}\":", name);
        return out_;
    }

    void add(std::string_view name, std::string_view text)
    {
        json::append_quoted(add(name), exchange::redact(to_valid_utf8(text)));
    }
    void add_unless_empty(std::string_view name, std::string_view text)
    {
        if (!text.empty()) add(name, text);
    }
    void add(std::string_view name, std::int64_t number) { add(name) += std::to_string(number); }
    void add(std::string_view name, bool is_true) { add(name) += is_true ? "true" : "false"; }

    // `add_element` appends one JSON value.
    template <typename List, typename AddElement>
    void add_list(std::string_view name, const List& list, AddElement add_element)
    {
        add(name) += '[';
        for (const auto& element : list) {
            if (&element != &list.front()) out_ += ',';
            add_element(out_, element);
        }
        out_ += ']';
    }

private:
    std::string& out_;
    bool is_first_ = true;
};

void append_text(std::string& out, const std::string& text)
{
    json::append_quoted(out, exchange::redact(to_valid_utf8(text)));
}

void append_header(std::string& out, const HttpHeader& header)
{
    Object object(out);
    json::append_quoted(object.add("name"), to_valid_utf8(header.name));
    const auto value = exchange::redact_header(header.name, to_valid_utf8(header.value));
    json::append_quoted(object.add("value"), value);
}

void append_breach(std::string& out, const Breach& breach)
{
    Object object(out);
    object.add("at", breach.at);
    object.add("error", breach.error);
}

// Adds the body, its size, and whether it is cut.
void add_body(Object& object, std::string_view prefix, std::string_view body, bool is_whole)
{
    const auto front = is_whole ? body : cut_utf8(body, DebugRecord::body_bytes_max);
    const bool is_cut = front.size() < body.size();
    const auto text = exchange::redact(to_valid_utf8(front), is_cut);
    json::append_quoted(object.add(fmt::format("{}_body", prefix)), text);
    object.add(fmt::format("{}_body_bytes", prefix), static_cast<std::int64_t>(body.size()));
    if (is_cut) object.add(fmt::format("{}_body_is_cut", prefix), true);
}

void append_request(std::string& out, const exchange::AskedRequest& request, bool is_whole)
{
    Object object(out);
    object.add("method", name(request.method));
    object.add("uri", request.url);
    if (request.status != 0) object.add("resp_status_code", fmt::to_string(request.status));
    if (!request.body.empty()) add_body(object, "req", request.body, is_whole);
}

void add_redirects(Object& object, const DebugFacts& facts)
{
    const auto followed = std::span(facts.requests).subspan(1);
    object.add_list("redirects", followed,
                    [](std::string& out, const auto& request) { append_text(out, request.url); });
    object.add_list("hops", facts.requests, [&facts](std::string& out, const auto& request) {
        append_request(out, request, facts.has_whole_requests);
    });
}

void add_request(Object& object, const DebugFacts& facts)
{
    const Exchange& exchange = facts.exchange;
    object.add("method", name(exchange.method));
    object.add("uri", exchange.url);
    object.add_unless_empty("signed_url", facts.signed_url);
    object.add_list("req_headers", facts.request_headers, append_header);
    add_body(object, "req", facts.request_body, facts.has_whole_requests);
    object.add_unless_empty("final_uri", exchange.final_url);
    if (!facts.requests.empty()) add_redirects(object, facts);
    object.add_unless_empty("address", exchange.address);
    object.add("reused", exchange.was_reused);
}

void add_response(Object& object, const DebugFacts& facts)
{
    object.add("resp_status_code", fmt::to_string(facts.exchange.status));
    object.add_list("resp_headers", facts.response_headers, append_header);
    add_body(object, "resp", facts.response_body, false);
}

void add_timings(Object& object, const Timings& timings)
{
    Object durations(object.add("timings_us"));
    durations.add("dns", timings.dns);
    durations.add("connect", timings.connect);
    durations.add("tls", timings.tls);
    durations.add("first_byte", timings.first_byte);
    durations.add("total", timings.total);
}

void add_failure(Object& object, const Failure& failure)
{
    object.add("reason", name(failure.reason));
    object.add("phase", name(failure.phase));
    object.add("message", failure.message);
    if (!failure.errors.empty()) object.add_list("errors", failure.errors, append_breach);
}

std::string write(const DebugFacts& facts)
{
    std::string json;
    {
        Object object(json);
        json::append_quoted(object.add("call_id"), to_valid_utf8(facts.call_id));
        json::append_quoted(object.add("account_id"), to_valid_utf8(facts.account_id));
        object.add("kind", name(facts.kind));
        object.add("iteration", std::int64_t{facts.iteration});
        object.add("at_unix_ms", facts.at_unix_ms);
        add_request(object, facts);
        if (facts.is_given) {
            object.add("resp_status_code", "PivotFlowDoc");  // as in KAZOO 5
            add_body(object, "resp", facts.response_body, false);
        } else if (facts.exchange.status != 0) {
            add_response(object, facts);
        }
        add_timings(object, facts.exchange.timings_us);
        if (facts.failure != nullptr) add_failure(object, *facts.failure);
        object.add_unless_empty("branch", facts.branch);
        if (!facts.warnings.empty()) object.add_list("warnings", facts.warnings, append_text);
    }
    return json;
}

}  // namespace

std::string_view name(DebugKind kind)
{
    switch (kind) {
        case DebugKind::exchange: return "exchange";
        case DebugKind::callback: return "callback";
        case DebugKind::cdr: return "cdr";
    }
    return "unknown";
}

DebugRecord::DebugRecord(const DebugFacts& facts)
    : call_id_(facts.call_id),
      account_id_(facts.account_id),
      at_unix_ms_(facts.at_unix_ms),
      json_(write(facts))
{
}

void DebugRecord::note_branch(std::string_view branch)
{
    json_.pop_back();  // the end of the object
    json_ += ",\"branch\":";
    json::append_quoted(json_, exchange::redact(to_valid_utf8(branch)));
    json_ += '}';
}

}  // namespace pivot::session
