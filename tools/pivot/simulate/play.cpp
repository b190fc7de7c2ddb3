#include "pivot/simulate/play.hpp"

#include "base/json.hpp"
#include "http/form.hpp"

#include <cstdio>
#include <utility>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

using switches::scripted::Deed;

std::string_view text_of(json::Value record, std::string_view name)
{
    const auto value = record.find(name);
    return value ? value->text() : std::string_view();
}

std::string json_of(const Deed& deed)
{
    std::string out = fmt::format("{{\"at_ms\":{},\"actor\":", deed.at / 1'000'000);
    json::append_quoted(out, deed.actor);
    out += ",\"event\":";
    json::append_quoted(out, deed.kind);
    out += ",\"subject\":";
    json::append_quoted(out, deed.subject);
    out += ",\"text\":";
    json::append_quoted(out, deed.text);
    if (!deed.parameters.empty()) {
        char separator = '{';
        out += ",\"parameters\":";
        for (const auto& [name, value] : deed.parameters) {
            out += separator;
            separator = ',';
            json::append_quoted(out, name);
            out += ':';
            json::append_quoted(out, value);
        }
        out += '}';
    }
    return out + '}';
}

// `01:03.2`
std::string time_of(Nanoseconds at)
{
    const auto tenths = at / 100'000'000;
    return fmt::format("{:02}:{:02}.{}", tenths / 600, tenths / 10 % 60, tenths % 10);
}

}  // namespace

void Play::note(Deed deed)
{
    if (as_json_) {
        fmt::print("{}\n", json_of(deed));
    } else {
        fmt::print("{}  {:<8} {}\n", time_of(deed.at), deed.actor, deed.text);
    }
    std::fflush(stdout);
    player_->took(deed);
}

void Play::note(std::string actor, std::string kind, std::string subject, std::string text)
{
    Deed deed;
    deed.at = channel_->since_begin();
    deed.actor = std::move(actor);
    deed.kind = std::move(kind);
    deed.subject = std::move(subject);
    deed.text = std::move(text);
    note(std::move(deed));
}

void Play::add(DebugRecord record)
{
    json::Document document;
    const auto value = document.read(record.to_json());
    if (!value) return;
    Deed deed;
    deed.at = channel_->since_begin();
    deed.actor = "REQUEST";
    deed.kind = "request";
    const std::string_view uri = text_of(*value, "uri");
    const std::string_view query =
        uri.find('?') == uri.npos ? std::string_view() : uri.substr(uri.find('?') + 1);
    deed.subject = uri;
    deed.parameters = http::read_form(query);
    for (auto& parameter : http::read_form(text_of(*value, "req_body"))) {
        deed.parameters.push_back(std::move(parameter));
    }
    const std::string_view bare_uri = uri.substr(0, uri.find('?'));
    deed.text = fmt::format("{} {}", text_of(*value, "method"), bare_uri);
    if (const auto status = value->find("resp_status_code")) {
        deed.text += fmt::format(" -> {}", status->text());
    }
    const auto timings = value->find("timings_us");
    if (timings) {
        const auto total = timings->find("total");
        deed.text += fmt::format(
            ", {:.0f} ms", static_cast<double>(total ? total->integer().value_or(0) : 0) / 1'000);
    }
    if (value->find("reason")) {
        deed.text += fmt::format(": {}: {}", text_of(*value, "reason"), text_of(*value, "message"));
    }
    note(std::move(deed));
    const auto warnings = value->find("warnings");
    if (!warnings || !warnings->is_array()) return;
    for (const json::Value warning : warnings->elements()) {
        note("WARNING", "warning", std::string(warning.text()), std::string(warning.text()));
    }
}

void Play::warn(std::string_view where, std::string_view what)
{
    std::string text = where.empty() ? std::string(what) : fmt::format("{} {}", where, what);
    note("WARNING", "warning", text, text);
}

void Play::take_branch(std::string_view branch, std::string_view why)
{
    if (branch == "_") has_failed_ = true;
    note("BRANCH", "branch", std::string(branch), fmt::format("{} ({})", branch, why));
}

}  // namespace pivot::tools
