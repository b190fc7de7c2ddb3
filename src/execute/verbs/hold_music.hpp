// What a caller hears who waits in a queue or for a conference, where there is no document to hear.
#pragma once

#include "execute/live_call.hpp"

namespace pivot::execute::verbs {

// The switch's own.
Media hold_music();

// Plays it until something ends the waiting.
Task<> hold(LiveCall& call, Deadline& deadline);

// What ends at once, a wait document or music, is not begun again at once.
Task<> pause_between(LiveCall& call, Nanoseconds began, Deadline& deadline);

}  // namespace pivot::execute::verbs
