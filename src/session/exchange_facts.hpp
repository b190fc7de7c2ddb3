// What is known of a request of a session, for a debug record.
#pragma once

#include "session/debug_record.hpp"
#include "session/session_request.hpp"

namespace pivot::session {

// Of the request as it was asked last. Views of it and of its response: until anybody else of this
// reactor goes on.
DebugFacts facts_of(const SessionRequest& request);

}  // namespace pivot::session
