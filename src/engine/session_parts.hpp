// What the sessions of a lane share. Made when the first of them comes: an engine that only pivots
// has none.
#pragma once

#include "engine/lane_cdrs.hpp"
#include "engine/records.hpp"
#include "exchange/exchanges.hpp"
#include "execute/live_call.hpp"
#include "rooms/lobby.hpp"
#include "session/call_session.hpp"
#include "session/callbacks.hpp"

namespace pivot::engine {

struct SessionParts {
    SessionParts(exchange::Exchanges& shared, rooms::Lobby& rooms, Records& engine_records,
                 LaneCdrs& cdrs, Counter& jobs_overdue)
        : exchanges(shared), callbacks(shared), records(engine_records)
    {
        config.rooms = &rooms;
        config.jobs_overdue = &jobs_overdue;
        configure();
        if (records.takes_debug_records()) sinks.sink = &records;
        if (records.takes_cdrs()) sinks.cdrs = &cdrs;
        sinks.log = records.log();
    }
    SessionParts(const SessionParts&) = delete;
    SessionParts& operator=(const SessionParts&) = delete;

    // Takes over what is set now, for sessions to come.
    void configure() { config.set(exchanges.config().session); }

    exchange::Exchanges& exchanges;
    session::Callbacks callbacks;
    execute::ExecutorConfig config;
    Records& records;
    session::Sinks sinks;
};

}  // namespace pivot::engine
