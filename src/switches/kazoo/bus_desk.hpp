// Who listens to a bus for as long as a thread is connected to it.
#pragma once

#include "switches/kazoo/bus.hpp"

namespace pivot::switches::kazoo {

class BusDesk : public BusListener {
public:
    virtual ~BusDesk() = default;

    // Nothing is left to ask, to send or to wait for.
    virtual bool is_idle() const = 0;

    // What is left is dropped. Then the reactor turns until it is idle, and the desk dies.
    virtual void close() = 0;
};

}  // namespace pivot::switches::kazoo
