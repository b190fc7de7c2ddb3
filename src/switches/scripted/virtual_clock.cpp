#include "switches/scripted/virtual_clock.hpp"

#include <cassert>

namespace pivot::switches::scripted {

void VirtualClock::wait_begins(Nanoseconds until)
{
    assert(agenda_ != nullptr);
    bool has_event = false;
    while (!has_event) {
        const Nanoseconds due = agenda_->earliest();
        if (due == never || due > until) break;
        jump_to(due);
        has_event = agenda_->happen();
    }
    if (!has_event && until != never) jump_to(until);
    agenda_->clock_jumped();
}

}  // namespace pivot::switches::scripted
