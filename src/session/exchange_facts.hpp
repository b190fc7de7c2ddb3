// What a debug record says about a request.
#pragma once

#include "exchange/request.hpp"
#include "session/debug_record.hpp"

namespace pivot::session {

// The request as it was asked last, with extras. The facts have views of it and of its response,
// which die when anything else is asked on this reactor.
DebugFacts facts_of(const exchange::Request& request);

}  // namespace pivot::session
