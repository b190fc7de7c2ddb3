#include "abi/handle.hpp"

#include <cstddef>
#include <new>

namespace pivot::abi {

Checked<void> check_alive(const pivot_engine* engine)
{
    if (engine == nullptr) return refuse(PIVOT_NULL, "engine is null");
    if (!engine->engine->is_forked()) return {};
    return refuse(
        PIVOT_FORKED,
        "this process is a fork of the one that created the engine: create an engine here");
}

Checked<void> check_outside_callback(const pivot_engine* engine)
{
    if (auto checked = check_alive(engine); !checked) return checked;
    if (!engine->engine->is_in_callback()) return {};
    return refuse(PIVOT_IN_CALLBACK, "this must not be called inside a callback of this engine");
}

Checked<void> check_thread(const pivot_engine* engine)
{
    if (auto checked = check_outside_callback(engine); !checked) return checked;
    if (engine->engine->is_of_this_thread()) return {};
    return refuse(PIVOT_WRONG_THREAD, "another thread runs this engine");
}

Engine::Ticket& ticket_at(pivot_ticket* place, Engine::Ticket& unwanted)
{
    using Ticket = Engine::Ticket;
    static_assert(sizeof(Ticket) == sizeof(pivot_ticket));
    static_assert(offsetof(Ticket, call) == offsetof(pivot_ticket, call));
    static_assert(offsetof(Ticket, serial) == offsetof(pivot_ticket, serial));
    return place == nullptr ? unwanted : *::new (static_cast<void*>(place)) Ticket;
}

}  // namespace pivot::abi
