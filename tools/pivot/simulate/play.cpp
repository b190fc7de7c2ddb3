#include "pivot/simulate/play.hpp"

#include "base/json.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "exchange/redaction.hpp"
#include "http/form.hpp"
#include "pivot/output.hpp"
#include "pivot/record_text.hpp"
#include "session/debug_record.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

using switches::scripted::Deed;
using switches::scripted::ScriptedChannel;

std::string_view text_of(json::Value record, std::string_view name)
{
    const auto value = record.find(name);
    return value ? value->text() : std::string_view();
}

void append_member(std::string& out, std::string_view name, std::string_view text)
{
    out += fmt::format(",\"{}\":", name);
    json::append_quoted(out, to_valid_utf8(text));
}

std::string json_of(const Deed& deed, std::string_view record)
{
    std::string out = fmt::format("{{\"time_ms\":{}", deed.at / 1'000'000);
    append_member(out, "actor", deed.actor);
    append_member(out, "event", deed.kind);
    append_member(out, "subject", exchange::redact(deed.subject));
    append_member(out, "text", deed.text);
    if (!deed.method.empty()) append_member(out, "method", deed.method);
    if (!deed.parameters.empty()) {
        char separator = '{';
        out += ",\"parameters\":";
        for (const auto& [name, value] : deed.parameters) {
            out += separator;
            separator = ',';
            json::append_quoted(out, to_valid_utf8(name));
            out += ':';
            json::append_quoted(out, to_valid_utf8(value));
        }
        out += '}';
    }
    if (!record.empty()) out.append(",\"record\":").append(record);
    return out + '}';
}

using Parameters = std::vector<std::pair<std::string, std::string>>;

// Nested members get the names that they have in a form: `Digits[ext]`.
void append_parameters(Parameters& parameters, const std::string& name, json::Value value)
{
    if (value.is_object()) {
        for (const auto [member, inner] : value.members()) {
            append_parameters(parameters, fmt::format("{}[{}]", name, member), inner);
        }
    } else if (value.is_array()) {
        for (const json::Value element : value.elements()) {
            std::string text(element.text());
            if (element.is_object() || element.is_array()) json::append_value(text, element);
            parameters.emplace_back(name + "[]", std::move(text));
        }
    } else {
        parameters.emplace_back(name, value.kind() == json::Kind::null ? "" : value.text());
    }
}

Parameters parameters_of_body(std::string_view body)
{
    Parameters parameters;
    json::Document document;
    if (!body.starts_with('{')) return http::read_form(body);  // a form would have `%7B`
    const auto object = document.read(body);
    if (!object) return http::read_form(body);
    for (const auto [name, value] : object->members()) {
        append_parameters(parameters, std::string(name), value);
    }
    return parameters;
}

Parameters parameters_of(json::Value request)
{
    const std::string_view uri = text_of(request, "uri");
    const std::size_t query = uri.find('?');
    auto parameters = http::read_form(query == uri.npos ? uri.substr(0, 0) : uri.substr(query + 1));
    for (auto& parameter : parameters_of_body(text_of(request, "req_body"))) {
        parameters.push_back(std::move(parameter));
    }
    return parameters;
}

// The parameters that say what a callback is about. They are never left out or cut off.
bool is_about_event(std::string_view name)
{
    return name == "SequenceNumber" || name.ends_with("Status") || name.ends_with("Event");
}

// ` A=1 B=2`, up to a size.
std::string shown(const std::vector<const Parameters::value_type*>& parameters)
{
    constexpr std::size_t shown_bytes_max = 200;
    std::string text;
    for (const auto* parameter : parameters) {
        text += fmt::format(" {}={}", parameter->first, parameter->second);
    }
    if (text.empty()) return text;
    const bool is_long = text.size() > shown_bytes_max;
    return fmt::format(" with{}{}", cut_utf8(text, shown_bytes_max), is_long ? "…" : "");
}

std::string ending_of(const ScriptedChannel& channel, double max_time_s)
{
    const double length_s = static_cast<double>(channel.length() / 100'000'000) / 10;
    const auto ended = [length_s](std::string_view how) {
        return fmt::format("{} after {:.1f} s", how, length_s);
    };
    switch (channel.ending()) {
        case ScriptedChannel::Ending::none: return "the call is left alone";
        case ScriptedChannel::Ending::caller: return ended("the caller hung up");
        case ScriptedChannel::Ending::pivot: return ended("the pivot hung up");
        case ScriptedChannel::Ending::rejected: return ended("the call was rejected");
        case ScriptedChannel::Ending::moved: return ended("the call went elsewhere");
        case ScriptedChannel::Ending::out_of_time:
            return fmt::format(
                "the call did not end within {:g} s of its own time, the limit of --max-time",
                max_time_s);
    }
    return {};
}

}  // namespace

// CI keeps transcripts, so no line shows the secrets of a URL.
void Play::note(Deed deed)
{
    if (deed.kind == "branch") deed.is_failure = std::exchange(has_failed_, false);
    print(deed);
    player_->took(deed);
}

void Play::print(Deed& deed)
{
    deed.text = exchange::redact(deed.text);
    const std::string record = std::exchange(record_, std::string());
    const std::string line = as_json_ ? json_of(deed, record) : switches::scripted::line_of(deed);
    if (print_error_ == 0) print_error_ = put(line + '\n');
}

void Play::begin(const std::string& call_id)
{
    Deed first = deed("CALL", "call", call_id, "begins: CallSid " + call_id);
    print(first);
}

Deed Play::deed(std::string actor, std::string kind, std::string subject, std::string text) const
{
    Deed deed;
    deed.at = channel_->since_begin();
    deed.actor = std::move(actor);
    deed.kind = std::move(kind);
    deed.subject = std::move(subject);
    deed.text = std::move(text);
    return deed;
}

// ` with Digits=1`: the parameters that are new or have changed since the request before. Empty for
// the first request, in which all are new.
std::string Play::news_among(const Parameters& parameters, const Parameters& before,
                             bool is_callback)
{
    std::vector<const Parameters::value_type*> news;
    if (before.empty()) return {};
    for (const auto& parameter : parameters) {
        const bool is_event = is_callback && is_about_event(parameter.first);
        if (is_event) news.push_back(&parameter);
    }
    for (const auto& parameter : parameters) {
        const bool is_known = std::ranges::find(before, parameter) != before.end();
        const bool is_event = is_callback && is_about_event(parameter.first);
        if (!is_known && !is_event) news.push_back(&parameter);
    }
    return shown(news);
}

// More than one if redirects were followed. The next exchange is compared with the first of them,
// so that parameters that a redirect has dropped do not count as new.
std::vector<Deed> Play::requests_of(json::Value record)
{
    const std::vector<json::Value> requests = requests_in(record);
    const bool is_callback = text_of(record, "kind") != name(session::DebugKind::exchange);
    const bool is_taken = is_2xx(requests.back());
    const bool has_failed = tools::has_failed(record);
    Parameters before = asked_;
    if (!is_callback) asked_ = parameters_of(requests.front());
    std::vector<Deed> deeds;
    for (std::size_t i = 0; i < requests.size(); ++i) {
        const json::Value request = requests[i];
        const bool is_last = i + 1 == requests.size();
        const std::string answer =
            is_last ? answer_of(record)
                    : fmt::format("{} redirect", text_of(request, "resp_status_code"));
        const std::string_view uri = text_of(request, "uri");
        Parameters parameters = parameters_of(request);
        Deed asked = deed(
            is_callback ? "CALLBACK" : "REQUEST", is_callback ? "callback" : "request",
            std::string(uri),
            fmt::format("{} {}{} -> {}", text_of(request, "method"), uri.substr(0, uri.find('?')),
                        news_among(parameters, before, is_callback), answer));
        before = parameters;
        asked.method = text_of(request, "method");
        asked.is_taken = is_taken;
        asked.has_failed = has_failed && is_last;
        asked.parameters = std::move(parameters);
        deeds.push_back(std::move(asked));
    }
    return deeds;
}

// The CDR's is not shown: post_cdr() tells of it.
void Play::debug_record(std::string_view, std::string_view, std::string_view record)
{
    json::Document document;
    const auto value = document.read(record);
    if (!value || text_of(*value, "kind") == name(session::DebugKind::cdr)) return;
    std::vector<Deed> asked = requests_of(*value);
    for (Deed& request : asked) {
        const bool is_last = &request == &asked.back();
        if (shows_records_ && is_last) record_ = record;
        note(std::move(request));
    }
    const auto warnings = value->find("warnings");
    if (!warnings || !warnings->is_array()) return;
    for (const json::Value warning : warnings->elements()) channel_->warned("", warning.text());
}

void Play::gather_keys()
{
    note(deed("PIVOT", "gather", "", "waits for keys"));
}

// The engine posts it.
bool Play::cdr(const CdrView&)
{
    awaits_cdr_ = true;
    return false;
}

void Play::post_cdr(const session::Cdr& cdr, const Result<int>& status)
{
    awaits_cdr_ = false;
    const bool is_taken = status && *status >= 200 && *status < 300;
    const std::string answer =
        status
            ? fmt::to_string(*status)
            : fmt::format("no answer; {}: {}", name(status.error().reason), status.error().message);
    Deed posted = deed("CDR", "cdr", cdr.url,
                       fmt::format("POST {} -> {}{}", cdr.url, answer,
                                   is_taken || !status ? "" : ", which is not 2xx: not taken"));
    posted.method = "POST";
    posted.parameters = http::read_form(cdr.body);
    posted.is_taken = is_taken;
    posted.has_failed = !is_taken;
    note(std::move(posted));
}

void Play::end(double max_time_s)
{
    const std::string text = ending_of(*channel_, max_time_s);
    Deed last = deed("END", "end", text, text);
    last.is_failure = channel_->ending() == ScriptedChannel::Ending::out_of_time;
    note(std::move(last));
}

}  // namespace pivot::tools
