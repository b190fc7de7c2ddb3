// The settings of `pivot serve`, from its configuration (docs/serve.md) and its options.
#pragma once

#include "pivot/serve/numbers/actions.hpp"
#include "pivot/serve/numbers/numbers_source.hpp"
#include "pivot/serve/service/log.hpp"
#include "pivot/serve/settings/admin_settings.hpp"
#include "pivot/serve/settings/api_settings.hpp"
#include "pivot/serve/settings/asterisk_settings.hpp"
#include "pivot/serve/settings/cdr_settings.hpp"
#include "pivot/serve/settings/kazoo_settings.hpp"

#include <pivot/engine.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace pivot::tools {

// Made-up calls, which go through the engine like any others.
struct ScriptedSettings {
    std::string script_file;  // if empty, callers listen to everything and press nothing
    std::uint64_t calls = 1;
    unsigned rate = 1;   // calls a second
    std::string action;  // the switch's action for the call; empty if there is none
    std::string from;
    std::string to;
};

struct Settings {
    EngineConfig engine;
    std::string account_id;  // for all calls
    Actions actions;
    NumbersSettings numbers;
    CdrSettings cdr;
    std::string default_action;  // as written; empty if there is none
    std::string fallback;        // a flow, for actions without a child `_`; empty if there is none
    std::chrono::seconds drain_delay{0};
    std::chrono::seconds drain_timeout{300};
    std::chrono::hours calls_kept{30 * 24};  // the rows of ended calls
    std::chrono::hours recordings_kept{0};   // 0 keeps them for ever
    LogSettings log;
    AdminSettings admin;
    ApiSettings api;
    std::optional<ScriptedSettings> scripted;
    std::optional<AsteriskSettings> asterisk;
    std::vector<KazooSettings> kazoo;
};

struct SettingsSources {
    std::vector<std::string> config_files;  // if empty, those of /etc/pivot
    std::string url;  // this and the next ones are empty if they are not given
    std::string asterisk_url;
    std::string log_format;
    std::string log_level;
    std::string admin;  // an address
};

struct ReadSettings {
    Settings settings;
    std::string shown;  // the merged configuration as TOML, without secrets
};

// Errors are lines that begin with their place, `pivot.toml:12:3: …`.
tl::expected<ReadSettings, std::vector<std::string>> read_settings(const SettingsSources& sources);

}  // namespace pivot::tools
