// Counts the messages of a bus and what became of them. One thread counts, and any thread may read.
#pragma once

#include "base/counter.hpp"

namespace pivot::switches::kazoo {

struct BusNumbers {
    Counter requests;  // all that were delivered

    // What became of them.
    Counter processing;
    Counter failed;
    Counter unreadable;  // there was nobody to answer
    Counter too_old;     // on arrival, or before a reply could be sent
    Counter repeated;    // delivered again: answered already, or still in flight here
    Counter superseded;  // the same call made another request
    Counter gone;        // a document came, but the caller had hung up or gone elsewhere

    Counter flows;            // callflows sent
    Counter returned;         // replies whose call was gone
    Counter documents;        // TwiML documents begun, at most one a request
    Counter performing;       // calls with a document that is being performed
    Counter taken;            // calls that somebody else took out of a document
    Counter commands;         // sent for such calls
    Counter commands_failed;  // not sent in time, or not taken
    Counter events;           // events and answers about such calls
    Counter ends_missed;      // calls whose end was not reported
    Counter sent_again;       // messages that the broker could not take at first
    Counter unknown_fates;    // messages whose connection was lost before they were confirmed
    Counter connections;      // opened
    Counter is_connected;     // 1 while there is a bus
    Counter is_blocked;       // 1 while the broker takes no messages
    Counter in_flight;        // requests without a reply
};

}  // namespace pivot::switches::kazoo
