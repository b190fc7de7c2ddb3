// What Asterisk knows about a call that it hands over.
#pragma once

#include "reactor/task.hpp"
#include "switches/asterisk/ari_commands.hpp"
#include "switches/asterisk/ari_event.hpp"
#include "switches/asterisk/attendant.hpp"

#include <string>
#include <vector>

namespace pivot::switches::asterisk {

struct Arriving {
    Arrival arrival;
    std::string channel;
    std::string context;  // the dialplan's
    bool is_sip = false;
    std::string formats;  // in which its audio is sent: `(g722|alaw)`
    unsigned hops = 0;    // calls that have led to this one, each dialled by the one before
};

// More of them are documents that dial each other, or themselves, without end.
inline constexpr unsigned hops_max = 10;

// Reads the event.
Arriving arriving_of(const StasisStart& start);

// Names of the SIP headers of the last call. The next one from the same provider has the same.
using HeaderNames = std::vector<std::string>;

// Asks for the rest: the action in the variable PIVOT_ACTION, which wins, the formats, the SIP
// addresses, and the SIP headers that begin with `X-`. One request asks for all that, and one more
// for headers that are not in `likely`, which then has the names of this call's headers. Of another
// channel it asks for the hops. Leaves out what Asterisk does not have.
reactor::Task<> complete(Arriving& arriving, HeaderNames& likely, AriCommands& ari,
                         reactor::Deadline& deadline);

}  // namespace pivot::switches::asterisk
