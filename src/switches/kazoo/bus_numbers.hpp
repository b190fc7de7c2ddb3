// What came over a bus, and what became of it. One thread counts, and any may read.
#pragma once

#include "base/counter.hpp"

namespace pivot::switches::kazoo {

struct BusNumbers {
    Counter requests;  // all that were delivered

    // What became of them.
    Counter processing;
    Counter failed;
    Counter unreadable;  // there was nobody to tell
    Counter too_old;     // when they came, or before a reply could be sent
    Counter repeated;    // delivered once more: answered already, or still in flight here
    Counter superseded;  // the same call asked anew
    Counter gone;        // a document came, and the caller had hung up or was elsewhere

    Counter flows;            // callflows sent
    Counter returned;         // replies whose call was gone
    Counter documents;        // TwiML documents that were begun, one a request
    Counter performing;       // calls in which one is being performed
    Counter taken;            // calls that somebody else has taken out of one
    Counter commands;         // sent about such calls
    Counter commands_failed;  // not sent in time, or not taken
    Counter events;           // and answers that came about such calls
    Counter ends_missed;      // calls whose end nobody had told of
    Counter sent_again;       // the broker could not take them the first time
    Counter unknown_fates;    // sent, and the connection lost before they were confirmed
    Counter connections;      // opened
    Counter is_connected;     // 1 while there is a bus
    Counter is_blocked;       // 1 while the broker takes no messages
    Counter in_flight;        // requests that have no reply yet
};

}  // namespace pivot::switches::kazoo
