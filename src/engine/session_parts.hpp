// What the sessions of a lane share. Made when the first of them comes: an engine that only pivots
// has none.
#pragma once

#include "engine/instruments.hpp"
#include "engine/lane_cdrs.hpp"
#include "engine/records.hpp"
#include "exchange/exchanges.hpp"
#include "execute/live_call.hpp"
#include "rooms/lobby.hpp"
#include "session/call_session.hpp"
#include "session/callbacks.hpp"

namespace pivot::engine {

struct SessionParts {
    // `instruments` may be null.
    SessionParts(exchange::Exchanges& shared, rooms::Lobby& rooms, Records& engine_records,
                 LaneCdrs& cdrs, Counter& jobs_overdue, const Instruments* instruments);
    SessionParts(const SessionParts&) = delete;
    SessionParts& operator=(const SessionParts&) = delete;

    // Takes over what is set now, for sessions to come.
    void configure() { config.set(exchanges.config().session); }

    // On a manual clock, when nothing else can go on. Returns false if a web server is asked, or
    // all wait for what will never happen.
    bool pass_time();

    exchange::Exchanges& exchanges;
    reactor::Clock& clock;  // the calls'
    session::Callbacks callbacks;
    execute::ExecutorConfig config;
    Records& records;
    session::Sinks sinks;
};

}  // namespace pivot::engine
