// One call under one pivot action, from the first question to the end of the call.
//
//   ask ─┬─ TwiML ──► perform ─┬─ action, Redirect ──► ask again
//        │                     └─ its end ──► hang up, or give back and rest
//        ├─ flow ───► run ─────┬─ a pivot node ──► ask, within the same session
//        │                     └─ its end ──► hang up, or give back and rest
//        └─ failure ► the `_` branch of the pivot node that asked ──► run
//
// Wherever it is, the host can redirect it: then it asks another URL.
#pragma once

#include "execute/live_call.hpp"
#include "session/call_session.hpp"

#include <pivot/session.hpp>

#include <string>

namespace pivot::execute {

// `next` is the `_` child of the action's node, JSON text; empty if there is none. `events` is
// what the channel tells of the call, and `host` the parent of its deadline. When this returns the
// session and its channel have ended.
Task<> run_session(session::Session& session, Channel& channel, EventQueue& events,
                   std::string next, AtEnd at_end, const ExecutorConfig& config, Deadline& host);

}  // namespace pivot::execute
