// The Stream of a Connect or a Start.
#pragma once

#include "execute/live_call.hpp"
#include "twiml/document.hpp"

namespace pivot::execute::verbs {

// Begins a stream on the caller's leg. Returns 0, with a warning and a `stream-error` callback,
// where no stream can begin.
JobId begin_stream(LiveCall& call, twiml::Element element, bool is_two_way);

}  // namespace pivot::execute::verbs
