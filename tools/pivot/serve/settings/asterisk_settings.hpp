// The table [asterisk]: calls of an Asterisk, over ARI.
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
    // Where Asterisk connects to us. If empty, we connect to it.
    std::vector<net::ListenAddress> listen;
    std::string listen_password;  // if empty, none is needed
    net::TlsFiles tls;            // for these listeners

    std::string
        url;  // without credentials: `http://127.0.0.1:8088`; may be empty if Asterisk connects
    std::string user = "pivot";
    std::string password;
    std::string application = "pivot";
    std::string
        media_path;  // the media folder as Asterisk sees it; if empty, the engine's own path
    std::vector<net::ListenAddress> media_listen;  // where it fetches sounds; empty: it does not
    std::string media_url;                         // the same as Asterisk sees it
    std::string transfer_context;                  // if empty, the caller's own
    std::string park;                              // EXTENSION@CONTEXT; if empty, nobody can park
    bool hangs_up_refused = false;
    switches::asterisk::DialSettings dial;
};

// The settings for calls and connections. The engine keeps its files in `media_path`; empty if it
// keeps none. `sounds` may be null.
switches::asterisk::SwitchSettings switch_settings(
    const AsteriskSettings& settings, const std::string& media_path,
    switches::asterisk::OfferedSounds* sounds = nullptr);
switches::asterisk::AriConfig ari_config(const AsteriskSettings& settings);

// Its HTTP server, `127.0.0.1:8088` or `pbx.example:8088`, which no call may request: whoever has
// its password commands every call there. Empty if there is no URL.
std::string address_of(const AsteriskSettings& settings);

// Reads the table if there is one. Asterisk plays and records files, so by default an engine with
// an Asterisk fetches media, renders speech and keeps recordings. The engine's own settings, which
// are read later, may say otherwise.
void read_asterisk(json::ObjectReader& root, std::optional<AsteriskSettings>& asterisk,
                   EngineConfig& engine, json::Breaches& breaches);

// As if there were the table, for an Asterisk of this machine that connects to us.
AsteriskSettings settings_of_local_asterisk(EngineConfig& engine);

}  // namespace pivot::tools
