// Reads a `pivot_event`.
#pragma once

#include "abi/boundary.hpp"

#include <pivot/event.hpp>
#include <pivot/session.h>

namespace pivot::abi {

// Fails as pivot_tell() does.
Checked<Event> read_event(const pivot_event* event);

}  // namespace pivot::abi
