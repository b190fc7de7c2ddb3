#include "pivot/serve/kazoo/shadow_list.hpp"

#include "base/clock.hpp"
#include "base/json.hpp"
#include "http/url.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

using Kind = ShadowVerdict::Kind;

constexpr std::array all_kinds = {Kind::ok, Kind::changed, Kind::refused, Kind::unjudged};

// Bodies may come from anywhere, so texts in the list are bounded.
constexpr std::size_t text_bytes_max = 512;

std::string bounded(std::string_view text)
{
    return std::string(text.substr(0, text_bytes_max));
}

void append_text(std::string& json, std::string_view name, std::string_view text)
{
    json += fmt::format(R"(,"{}":)", name);
    json::append_quoted(json, text);
}

}  // namespace

std::string_view name(ShadowVerdict::Kind kind)
{
    switch (kind) {
        case Kind::ok: return "ok";
        case Kind::changed: return "changed";
        case Kind::refused: return "refused";
        case Kind::unjudged: return "unjudged";
    }
    return "unknown";
}

std::string ShadowList::place_of(const ShadowedCall& call)
{
    if (call.url.empty()) return "no URL";
    const auto url = http::Url::parse(call.url);
    return url ? url->origin() : "an invalid URL";
}

std::uint64_t ShadowList::add(const ShadowedCall& call, const ShadowVerdict& verdict)
{
    const auto kind = static_cast<std::size_t>(verdict.kind);
    totals_[kind].add();
    if (verdict.kind == Kind::refused) {
        for (std::size_t reason = 0; reason < reasons; ++reason) {
            if (verdict.reason == name(static_cast<Reason>(reason))) refused_[reason].add();
        }
    }
    // Each of an account's mistakes has to be corrected. What cannot be read is nobody's.
    const bool is_mistake = verdict.reason == name(Reason::bad_action) && !call.account_id.empty();
    Key key{verdict.kind, bounded(call.account_id), bounded(place_of(call)), verdict.reason,
            is_mistake ? bounded(verdict.why) : std::string()};
    const std::scoped_lock lock(mutex_);
    ++listed_[kind];
    if (rows_.size() >= rows_max && !rows_.contains(key)) {
        ++without_row_;
        return 0;
    }
    Row& row = rows_[std::move(key)];
    row.why = bounded(verdict.why);
    row.todo = bounded(verdict.todo);
    row.call_id = bounded(call.id);
    row.at_unix_ms = unix_now_ms();
    return ++row.requests;
}

void ShadowList::clear()
{
    const std::scoped_lock lock(mutex_);
    rows_.clear();
    listed_ = {};
    without_row_ = 0;
}

void ShadowList::add_metrics(std::string_view labels, std::vector<FrontMetric>& metrics) const
{
    const auto add = [&](Kind kind, std::string_view reason, const Counter& counter) {
        metrics.push_back(
            {"pivot_kazoo_shadow_total",
             "Requests that were only watched, by what would have happened to them",
             FrontMetric::Type::counter,
             fmt::format("{},verdict=\"{}\",reason=\"{}\"", labels, name(kind), reason),
             counter.value()});
    };
    for (const Kind kind : all_kinds) {
        if (kind != Kind::refused) add(kind, "", totals_[static_cast<std::size_t>(kind)]);
    }
    for (std::size_t reason = 0; reason < reasons; ++reason) {
        add(Kind::refused, name(static_cast<Reason>(reason)), refused_[reason]);
    }
}

void ShadowList::append_row(std::string& json, const Key& key, const Row& row)
{
    const auto& [kind, account, place, reason, why] = key;
    json += fmt::format(R"({{"verdict":"{}","requests":{})", name(kind), row.requests);
    append_text(json, "account_id", account);
    append_text(json, "url", place);
    append_text(json, "reason", reason);
    append_text(json, "why", row.why);
    append_text(json, "todo", row.todo);
    append_text(json, "call_id", row.call_id);
    json += fmt::format(R"(,"at_unix_ms":{}}})", row.at_unix_ms);
}

std::string ShadowList::to_json() const
{
    const std::scoped_lock lock(mutex_);
    std::string json = R"("requests":{)";
    for (const Kind kind : all_kinds) {
        if (json.back() != '{') json += ',';
        json += fmt::format(R"("{}":{})", name(kind), listed_[static_cast<std::size_t>(kind)]);
    }
    json += fmt::format(R"(}},"without_row":{},"rows":[)", without_row_);
    std::vector<const std::pair<const Key, Row>*> sorted;
    for (const auto& entry : rows_) sorted.push_back(&entry);
    const auto weight = [](const auto* entry) {
        const Kind kind = std::get<0>(entry->first);
        const int first = kind == Kind::refused ? 0 : kind == Kind::changed ? 1 : 2;
        return std::tuple<int, std::uint64_t, const Key&>(first, ~entry->second.requests,
                                                          entry->first);
    };
    std::ranges::sort(sorted, {}, weight);
    for (const auto* entry : sorted) {
        if (json.back() != '[') json += ',';
        append_row(json, entry->first, entry->second);
    }
    return json + "]";
}

}  // namespace pivot::tools
