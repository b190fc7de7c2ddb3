// What Asterisk knows of a call that it hands over.
#pragma once

#include "reactor/task.hpp"
#include "switches/asterisk/ari_commands.hpp"
#include "switches/asterisk/ari_event.hpp"
#include "switches/asterisk/attendant.hpp"

#include <string>

namespace pivot::switches::asterisk {

struct Arriving {
    Arrival arrival;
    std::string channel;
    std::string context;  // of the dialplan
    bool is_sip = false;
};

// What the event says.
Arriving arriving_of(const StasisStart& start);

// Adds what has to be asked for, in one request, and one more for headers: the action in the
// variable PIVOT_ACTION, which wins, and SIP's addresses and those of its headers that begin with
// `X-`. What cannot be had is left out.
reactor::Task<> complete(Arriving& arriving, AriCommands& ari, reactor::Deadline& deadline);

}  // namespace pivot::switches::asterisk
