// What the sessions of a lane share. Made when the first of them comes: an engine that only pivots
// has none.
#pragma once

#include "engine/instruments.hpp"
#include "engine/lane_cdrs.hpp"
#include "engine/records.hpp"
#include "exchange/exchanges.hpp"
#include "execute/live_call.hpp"
#include "media/archive.hpp"
#include "media/supply.hpp"
#include "rooms/lobby.hpp"
#include "session/call_session.hpp"
#include "session/callbacks.hpp"

#include <optional>

namespace pivot::engine {

struct SessionParts {
    // `media_worker` and `instruments` may be null.
    SessionParts(exchange::Exchanges& shared, rooms::Lobby& rooms, Records& engine_records,
                 LaneCdrs& cdrs, media::Worker* media_worker, Counter& jobs_overdue,
                 const Instruments* instruments);
    SessionParts(const SessionParts&) = delete;
    SessionParts& operator=(const SessionParts&) = delete;

    // What goes on without calls. It ends, and then the reactor turns until there is none.
    void close()
    {
        callbacks.close();
        if (media) media->close();
        if (archive) archive->close();
    }
    bool is_idle() const
    {
        return callbacks.running() == 0 && (!media || media->is_idle()) &&
               (!archive || archive->is_idle());
    }

    // Takes over what is set now, for sessions to come.
    void configure()
    {
        config.set(exchanges.config().session);
        last_config.reset();
    }

    // For a session with this directory, which may be null. Sessions of the same kind share one.
    std::shared_ptr<const execute::ExecutorConfig> config_of(
        std::shared_ptr<const Directory> directory, const Abilities& abilities);

    // On a manual clock, when nothing else can go on. Returns false if a web server is asked, or
    // all wait for what will never happen.
    bool pass_time();

    exchange::Exchanges& exchanges;
    reactor::Clock& clock;  // the calls'
    session::Callbacks callbacks;
    std::optional<media::Supply> media;     // if the engine has a folder for it
    std::optional<media::Archive> archive;  // likewise
    execute::ExecutorConfig config;
    std::shared_ptr<const execute::ExecutorConfig> last_config;  // null if there is none yet
    Records& records;
    session::Sinks sinks;
};

}  // namespace pivot::engine
