#include "pivot/serve/settings/settings.hpp"

#include "base/json.hpp"
#include "base/json_reader.hpp"
#include "engine/config.hpp"
#include "exchange/policy.hpp"
#include "http/url.hpp"
#include "pivot/check/judge.hpp"
#include "pivot/input.hpp"
#include "pivot/serve/numbers/numbers_file.hpp"
#include "pivot/serve/settings/toml_files.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

constexpr const char* configuration_folder = "/etc/pivot";

std::vector<Override> overrides_of(const SettingsSources& sources)
{
    std::vector<Override> overrides;
    const auto take = [&](const char* option, const char* table, const char* key,
                          const std::string& value) {
        if (!value.empty()) overrides.push_back({option, table, key, value});
    };
    take("--url", "", "default", sources.url);
    take("--asterisk", "asterisk", "url", sources.asterisk_url);
    take("--log-format", "log", "format", sources.log_format);
    take("--log-level", "log", "level", sources.log_level);
    take("--admin", "admin", "listen", sources.admin);
    return overrides;
}

// What is a harmless mistake in a customer's action is an error in the operator's.
void read_action(std::string_view name, json::Value value, const std::string& at, Actions& actions,
                 const ActionLimits& limits, json::Breaches& breaches)
{
    std::string text;
    json::append_value(text, value);
    auto node = ActionNode::from_json(text, limits);
    const auto report = [&](const Failure& failure) {
        if (failure.errors.empty()) breaches.add(at, failure.message);
        for (const Breach& breach : failure.errors) breaches.add(at + breach.at, breach.error);
    };
    if (!node) return report(node.error());
    if (!node->action) return report(node->action.error());
    for (const Breach& warning : node->warnings) breaches.add(at + warning.at, warning.error);
    actions.add(std::string(name), std::move(*node));
}

// Numbers of the table `numbers` take precedence over those of the file.
void read_numbers_file(json::ObjectReader& root, Actions& actions)
{
    std::string path;
    root.text("numbers_file", path);
    if (path.empty()) return;
    const auto text = read_input(path);
    if (!text) return root.fail("numbers_file", text.error());
    const auto added = add_numbers(*text, actions);
    if (!added) root.fail("numbers_file", fmt::format("{}:{}", path, added.error()));
}

void read_numbers_source(json::ObjectReader& root, NumbersSettings& numbers)
{
    constexpr std::int64_t day_s = 24 * 60 * 60;
    root.text("numbers_url", numbers.url, http::check_url);
    root.number("numbers_interval_s", numbers.interval, 1, day_s);
}

// The engine's limits on actions have been read before.
void read_actions(json::ObjectReader& root, Settings& settings, json::Breaches& breaches)
{
    const ActionLimits& limits = settings.engine.action;
    settings.actions = Actions(limits);
    root.members("actions", [&](std::string_view name, json::Value value, const std::string& at) {
        read_action(name, value, at, settings.actions, limits, breaches);
    });
    read_numbers_file(root, settings.actions);
    root.members("numbers", [&](std::string_view number, json::Value value, const std::string& at) {
        if (!value.is_string()) return breaches.add_mismatch(at, "a URL or a name", value);
        const auto added = settings.actions.add_number(number, value.text());
        if (!added) breaches.add(at, added.error());
    });
    if (settings.default_action.empty()) return;
    const auto set = settings.actions.set_default(settings.default_action);
    if (!set) root.fail("default", set.error());
}

// The engine's settings, which say what a flow may be, have been read before, and are valid.
void read_fallback(json::ObjectReader& root, const std::string& file, Settings& settings)
{
    auto flow = read_input(file);
    if (!flow) return root.fail("fallback", flow.error());
    const auto policy = exchange::address_policy(settings.engine);
    if (!policy) return;  // the engine says why
    const Findings found = Judge(settings.engine, *policy).judge(*flow, "kazoo");
    for (const auto& [at, error] : found.errors) {
        root.fail("fallback", fmt::format("{}: {}{}{}", file, at, at.empty() ? "" : ": ", error));
    }
    settings.fallback = std::move(*flow);
}

void read_log(json::ObjectReader& root, LogSettings& log)
{
    constexpr json::Choice<LogFormat> formats[] = {
        {"auto", LogFormat::automatic}, {"text", LogFormat::text}, {"json", LogFormat::json}};
    constexpr json::Choice<LogLevel> levels[] = {{"error", LogLevel::error},
                                                 {"warning", LogLevel::warning},
                                                 {"info", LogLevel::info},
                                                 {"debug", LogLevel::debug}};
    auto reader = root.object("log");
    reader.choice("format", log.format, formats);
    reader.choice("level", log.level, levels);
    reader.finish("a setting");
}

void read_scripted(json::ObjectReader& root, std::optional<ScriptedSettings>& scripted)
{
    auto reader = root.object("scripted");
    ScriptedSettings read;
    reader.text("script", read.script_file);
    reader.number("calls", read.calls, 0, 1'000'000'000);
    reader.number("rate", read.rate, 1, 10'000);
    reader.text("action", read.action);
    reader.text("from", read.from);
    reader.text("to", read.to);
    reader.finish("a setting");
    if (root.find("scripted")) scripted = std::move(read);
}

void read_account(json::ObjectReader& root, std::string& id)
{
    auto reader = root.object("account");
    reader.text("id", id);
    reader.finish("a setting");
}

// 0 means for ever, where that is allowed.
void read_kept(json::ObjectReader& root, const char* table, std::int64_t least,
               std::chrono::hours& kept)
{
    auto reader = root.object(table);
    std::chrono::days days = std::chrono::duration_cast<std::chrono::days>(kept);
    reader.number("keep_days", days, least, 3'650);
    reader.finish("a setting");
    kept = days;
}

bool has_source_of_calls(const Settings& settings)
{
    return settings.scripted || settings.asterisk || !settings.kazoo.empty() ||
           !settings.api.listen.empty();
}

// The engine's settings are read last, because they report unknown keys.
void read(json::ObjectReader& root, bool has_url, Settings& settings, json::Breaches& breaches)
{
    constexpr std::int64_t hour_s = 60 * 60;
    constexpr std::int64_t day_s = 24 * hour_s;
    root.text("default", settings.default_action);
    root.number("drain_delay_s", settings.drain_delay, 0, hour_s);
    root.number("drain_timeout_s", settings.drain_timeout, 0, day_s);
    std::string fallback_file;
    root.text("fallback", fallback_file);
    read_numbers_source(root, settings.numbers);
    read_account(root, settings.account_id);
    read_cdr(root, settings.cdr, breaches);
    read_kept(root, "calls", 1, settings.calls_kept);
    read_kept(root, "recordings", 0, settings.recordings_kept);
    read_log(root, settings.log);
    read_admin(root, settings.admin);
    read_api(root, settings.api, breaches);
    read_scripted(root, settings.scripted);
    read_asterisk(root, settings.asterisk, settings.engine, breaches);
    read_kazoo(root, settings.kazoo, breaches);
    if (has_url && !has_source_of_calls(settings)) {
        settings.asterisk = settings_of_local_asterisk(settings.engine);
    }
    for (const char* name : {"actions", "numbers", "numbers_file"}) {
        static_cast<void>(root.find(name));
    }
    engine::read_settings(root, settings.engine, breaches);
    if (!settings.cdr.is_empty() && settings.engine.store.path.empty()) {
        root.fail("cdr", "needs a store, where CDRs wait for their delivery: set store.path");
    }
    if (settings.engine.reactors == 0) root.fail("reactors", "must be at least 1");
    read_actions(root, settings, breaches);
    if (!fallback_file.empty() && breaches.is_empty()) {
        read_fallback(root, fallback_file, settings);
    }
}

}  // namespace

tl::expected<ReadSettings, std::vector<std::string>> read_settings(const SettingsSources& sources)
{
    const bool is_default = sources.config_files.empty();
    auto merged =
        merge_toml(is_default ? toml_files_of(configuration_folder) : sources.config_files,
                   overrides_of(sources));
    if (!merged) return tl::unexpected(std::move(merged.error()));

    json::Document document;
    const auto root = document.read(merged->json);
    if (!root) return tl::unexpected(std::vector{root.error().message});
    ReadSettings read;
    read.settings.engine.typed.url = sources.url;
    json::Breaches breaches;
    json::ObjectReader reader(*root, "", breaches);
    tools::read(reader, !sources.url.empty(), read.settings, breaches);
    if (!breaches.is_empty()) {
        std::vector<std::string> lines;
        for (const Breach& breach : std::move(breaches).to_list()) {
            lines.push_back(merged->message(breach));
        }
        return tl::unexpected(std::move(lines));
    }
    read.shown = std::move(merged->shown);
    return read;
}

}  // namespace pivot::tools
