// The table [asterisk] of `pivot serve`: calls of an Asterisk, over ARI.
#pragma once

#include "base/json_reader.hpp"
#include "net/listen_address.hpp"
#include "net/tls.hpp"
#include "switches/asterisk/ari_config.hpp"
#include "switches/asterisk/dial_string.hpp"
#include "switches/asterisk/switchboard.hpp"

#include <pivot/engine.hpp>

#include <optional>
#include <string>
#include <vector>

namespace pivot::tools {

struct AsteriskSettings {
    // Where Asterisk connects to us; empty: we connect to it.
    std::vector<net::ListenAddress> listen;
    std::string listen_password;  // empty: it needs none
    net::TlsFiles tls;            // of these listeners

    std::string url;  // without credentials: `http://127.0.0.1:8088`; may be empty if it connects
    std::string user = "pivot";
    std::string password;
    std::string application = "pivot";
    std::string media_path;        // the engine's, as Asterisk sees it; empty: as it is
    std::string transfer_context;  // empty: the caller's own
    std::string park;              // EXTENSION@CONTEXT; empty: nobody can park
    bool hangs_up_refused = false;
    switches::asterisk::DialTemplates templates;
};

// What calls and connections need to know. `media_path` is where the engine keeps its files; empty:
// nowhere.
switches::asterisk::SwitchSettings switch_settings(const AsteriskSettings& settings,
                                                   const std::string& media_path);
switches::asterisk::AriConfig ari_config(const AsteriskSettings& settings);

// Reads the table if it is there. Asterisk plays files and records into them, so an engine that has
// one fetches, speaks and keeps recordings unless its own settings, which are read later, say
// otherwise.
void read_asterisk(json::ObjectReader& root, std::optional<AsteriskSettings>& asterisk,
                   EngineConfig& engine);

}  // namespace pivot::tools
