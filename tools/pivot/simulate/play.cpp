#include "pivot/simulate/play.hpp"

#include "base/json.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "http/form.hpp"
#include "pivot/output.hpp"
#include "pivot/redaction.hpp"

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

std::string json_of(const Deed& deed)
{
    std::string out = fmt::format("{{\"time_ms\":{}", deed.at / 1'000'000);
    append_member(out, "actor", deed.actor);
    append_member(out, "event", deed.kind);
    append_member(out, "subject", redact(deed.subject));
    append_member(out, "text", deed.text);
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
    return out + '}';
}

// ` text/xml`, as the web server wrote it.
std::string content_type_of(json::Value record)
{
    const auto headers = record.find("resp_headers");
    if (!headers || !headers->is_array()) return {};
    for (const json::Value header : headers->elements()) {
        if (!equals_ignoring_case(text_of(header, "name"), "content-type")) continue;
        std::string_view value = text_of(header, "value");
        return fmt::format(" {}", trim(take_until(value, ';')));
    }
    return {};
}

// The call has ended, and a callback took longer than the simulation waits for it.
bool is_given_up(json::Value record)
{
    return text_of(record, "kind") == name(DebugKind::callback) &&
           text_of(record, "reason") == name(Reason::cancelled);
}

// `200 text/xml, 3 ms`, or why there is no answer: of a record, or of the last request of one.
std::string answer_of(json::Value record, json::Value last)
{
    const bool is_not_told = is_given_up(record) && text_of(record, "phase") == name(Phase::queue);
    if (is_not_told) return "not told: those before it took all the time that callbacks have";
    std::string text = "no answer";
    if (const auto status = last.find("resp_status_code")) {
        text = fmt::format("{}{}", status->text(), content_type_of(record));
    }
    if (const auto timings = record.find("timings_us")) {
        const auto total = timings->find("total");
        const auto total_us = total ? total->integer().value_or(0) : 0;
        text += fmt::format(", {:.0f} ms", static_cast<double>(total_us) / 1'000);
    }
    if (is_given_up(record)) {
        text += "; given up: callbacks have no more time";
    } else if (record.find("reason")) {
        text += fmt::format("; {}: {}", text_of(record, "reason"), text_of(record, "message"));
    }
    return text;
}

std::vector<std::pair<std::string, std::string>> parameters_of(json::Value request)
{
    const std::string_view uri = text_of(request, "uri");
    const std::size_t query = uri.find('?');
    auto parameters = http::read_form(query == uri.npos ? uri.substr(0, 0) : uri.substr(query + 1));
    for (auto& parameter : http::read_form(text_of(request, "req_body"))) {
        parameters.push_back(std::move(parameter));
    }
    return parameters;
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
                "the call did not end within {:g} s of its own time, which is all it had "
                "(--max-time)",
                max_time_s);
    }
    return {};
}

}  // namespace

// Transcripts are kept by those who run them for tests: no line shows the secrets of a URL.
void Play::note(Deed deed)
{
    deed.text = redact(deed.text);
    const std::string line = as_json_ ? json_of(deed) : switches::scripted::line_of(deed);
    if (print_error_ == 0) print_error_ = put(line + '\n');
    player_->took(deed);
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

// ` with Digits=1`: what the request before had not, or not like that. Nothing of the first one,
// where all is new.
std::string Play::news_among(const Parameters& parameters, const Parameters& before)
{
    constexpr std::size_t shown_bytes_max = 200;
    std::string text;
    if (before.empty()) return text;
    for (const auto& parameter : parameters) {
        if (std::ranges::find(before, parameter) != before.end()) continue;
        text += fmt::format(" {}={}", parameter.first, parameter.second);
    }
    if (text.empty()) return text;
    const bool is_long = text.size() > shown_bytes_max;
    return fmt::format(" with{}{}", cut_utf8(text, shown_bytes_max), is_long ? "…" : "");
}

// More than one where redirects were followed. The next exchange is compared with the first of
// them: what a redirect has dropped is no news there.
std::vector<Deed> Play::requests_of(json::Value record)
{
    std::vector<json::Value> requests;
    if (const auto hops = record.find("hops"); hops && hops->is_array()) {
        for (const json::Value hop : hops->elements()) requests.push_back(hop);
    }
    if (requests.empty()) requests.push_back(record);
    const bool is_callback = text_of(record, "kind") != name(DebugKind::exchange);
    Parameters before = asked_;
    if (!is_callback) asked_ = parameters_of(requests.front());
    std::vector<Deed> deeds;
    for (std::size_t i = 0; i < requests.size(); ++i) {
        const json::Value request = requests[i];
        const bool is_last = i + 1 == requests.size();
        const std::string answer =
            is_last ? answer_of(record, request)
                    : fmt::format("{} redirect", text_of(request, "resp_status_code"));
        const std::string_view uri = text_of(request, "uri");
        Parameters parameters = parameters_of(request);
        Deed asked =
            deed(is_callback ? "CALLBACK" : "REQUEST", is_callback ? "callback" : "request",
                 std::string(uri),
                 fmt::format("{} {}{} -> {}", text_of(request, "method"),
                             uri.substr(0, uri.find('?')), news_among(parameters, before), answer));
        before = parameters;
        asked.is_in_vain = is_callback && is_given_up(record);
        asked.parameters = std::move(parameters);
        deeds.push_back(std::move(asked));
    }
    return deeds;
}

void Play::add(DebugRecord record)
{
    json::Document document;
    const auto value = document.read(record.to_json());
    if (!value) return;
    for (Deed& asked : requests_of(*value)) note(std::move(asked));
    const auto warnings = value->find("warnings");
    if (!warnings || !warnings->is_array()) return;
    for (const json::Value warning : warnings->elements()) warn("", warning.text());
}

void Play::warn(std::string_view where, std::string_view what)
{
    std::string text = where.empty() ? std::string(what) : fmt::format("{}: {}", where, what);
    std::string subject = text;
    note(deed("WARNING", "warning", std::move(subject), std::move(text)));
}

void Play::take_branch(std::string_view branch, std::string_view why)
{
    Deed taken = deed("BRANCH", "branch", std::string(branch), fmt::format("{} ({})", branch, why));
    taken.is_failure = std::exchange(has_failed_, false);
    note(std::move(taken));
}

void Play::gather_keys()
{
    note(deed("PIVOT", "gather", "", "waits for keys"));
}

void Play::note_cdr(const std::string& url, const Result<int>& status)
{
    const bool is_taken = status && *status >= 200 && *status < 300;
    const std::string answer =
        status
            ? fmt::to_string(*status)
            : fmt::format("no answer; {}: {}", name(status.error().reason), status.error().message);
    Deed posted = deed("CDR", "cdr", url,
                       fmt::format("POST {} -> {}{}", url, answer,
                                   is_taken || !status ? "" : ", which is not 2xx: not taken"));
    posted.is_in_vain = !is_taken;
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
