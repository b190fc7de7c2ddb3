// Waits on one reactor for a pivot that an engine with threads of its own performs.
#pragma once

#include "reactor/deadline.hpp"
#include "reactor/task.hpp"

#include <pivot/engine.hpp>
#include <pivot/outcome.hpp>

namespace pivot::tools {

// The pivot is cancelled when the deadline expires.
reactor::Task<Outcome> outcome_of(Engine& engine, Request request, reactor::Deadline& deadline);

}  // namespace pivot::tools
