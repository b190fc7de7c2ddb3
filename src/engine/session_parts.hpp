// What the sessions of a lane share. Made when the first of them comes: an engine that only pivots
// has none.
#pragma once

#include "engine/host_sinks.hpp"
#include "exchange/exchanges.hpp"
#include "execute/live_call.hpp"
#include "rooms/lobby.hpp"
#include "session/call_session.hpp"
#include "session/callbacks.hpp"

#include <optional>

namespace pivot::engine {

struct SessionParts {
    SessionParts(exchange::Exchanges& shared, rooms::Lobby& rooms, Counter& jobs_overdue)
        : exchanges(shared),
          callbacks(shared),
          config(execute::ExecutorConfig::of(shared.config().session))
    {
        config.rooms = &rooms;
        config.jobs_overdue = &jobs_overdue;
        if (shared.config().sinks == nullptr) return;
        host_sinks.emplace(*shared.config().sinks);
        sinks.sink = &*host_sinks;
        sinks.cdrs = &*host_sinks;
    }
    SessionParts(const SessionParts&) = delete;
    SessionParts& operator=(const SessionParts&) = delete;

    exchange::Exchanges& exchanges;
    session::Callbacks callbacks;
    execute::ExecutorConfig config;
    std::optional<HostSinks> host_sinks;
    session::Sinks sinks;
};

}  // namespace pivot::engine
