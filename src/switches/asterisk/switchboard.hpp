// What all calls of one application share. It lives on the switch's thread.
#pragma once

#include "base/clock.hpp"
#include "base/string_map.hpp"
#include "reactor/reactor.hpp"
#include "reactor/scope.hpp"
#include "switches/asterisk/ari_commands.hpp"
#include "switches/asterisk/arrival.hpp"
#include "switches/asterisk/attendant.hpp"
#include "switches/asterisk/dial_string.hpp"
#include "switches/asterisk/mixes.hpp"
#include "switches/asterisk/names.hpp"
#include "switches/asterisk/offered_sounds.hpp"

#include <string>

namespace pivot::switches::asterisk {

struct SwitchSettings {
    std::string application = "pivot";
    std::string media_path;           // the engine's files on this machine
    std::string media_path_seen;      // the same folder as Asterisk sees it
    OfferedSounds* sounds = nullptr;  // fetches them over HTTP; null: it reads them itself
    std::string recordings_path;      // where recordings of lost calls are kept; empty: nowhere
    std::string transfer_context;     // of extensions; if empty, the caller's own
    std::string park;                 // EXTENSION@CONTEXT that parks; if empty, nobody can park
    bool hangs_up_refused = false;    // otherwise the dialplan goes on
    bool fetches_recordings = true;   // otherwise nobody can record
    DialSettings dial;

    // How long the event of a channel's arrival may be on its way to a connection that has just
    // been made. After that a channel of which nothing is known is an orphan.
    Nanoseconds orphan_wait_ns = 2 * second_ns;

    // Whether the application is that of a single call, which looks for nothing but that call's.
    bool is_for_one_call = false;
};

class AriChannel;

struct Switchboard {
    reactor::Reactor& reactor;
    reactor::Scope& scope;
    AriCommands& ari;
    Attendant& attendant;
    const SwitchSettings& settings;
    Mixes& mixes;
    Names& names;
    StringMap<AriChannel*> owners;  // by channel id: callers, and legs of calls
    HeaderNames likely_headers;     // of the next call
};

}  // namespace pivot::switches::asterisk
