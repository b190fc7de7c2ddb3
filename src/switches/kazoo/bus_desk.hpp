// A bus listener that lives as long as a thread is connected to the bus.
#pragma once

#include "switches/kazoo/bus.hpp"

namespace pivot::switches::kazoo {

class BusDesk : public BusListener {
public:
    virtual ~BusDesk() = default;

    // Nothing is left to ask, send or wait for.
    virtual bool is_idle() const = 0;

    // Drops what is left. Then the reactor turns until is_closed(), and the desk is destroyed.
    virtual void close() = 0;
    virtual bool is_closed() const = 0;
};

}  // namespace pivot::switches::kazoo
