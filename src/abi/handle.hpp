// An engine as C sees it, and what must hold before one of its functions does anything.
#pragma once

#include "abi/boundary.hpp"
#include "abi/host_sinks.hpp"

#include <pivot/engine.hpp>

#include <memory>

struct pivot_engine {
    bool is_host_driven;
    int32_t reactors;  // as the host has set it; negative: the configuration does
    std::unique_ptr<pivot::abi::HostSinks> sinks;  // null: the host has none
    std::unique_ptr<pivot::Engine> engine;
};

namespace pivot::abi {

// The engine exists, and in this process.
Checked<void> check_alive(const pivot_engine* engine);

// A function that waits for callbacks to end must not be called inside one.
Checked<void> check_outside_callback(const pivot_engine* engine);

// The ring of a host-driven engine belongs to the thread that waits on it first.
Checked<void> check_thread(const pivot_engine* engine);

// The host's ticket, for the engine to write: a callback may free its memory before the start has
// returned, so nothing can be copied into it afterwards. `unwanted` is for a host without one.
Engine::Ticket& ticket_at(pivot_ticket* place, Engine::Ticket& unwanted);

}  // namespace pivot::abi
