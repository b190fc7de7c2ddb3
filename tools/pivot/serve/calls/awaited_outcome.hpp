// Lets a coroutine on a reactor wait for a pivot of an engine that has threads of its own.
#pragma once

#include "reactor/deadline.hpp"
#include "reactor/task.hpp"

#include <pivot/engine.hpp>
#include <pivot/outcome.hpp>

namespace pivot::tools {

// Cancels the pivot when the deadline expires.
reactor::Task<Outcome> outcome_of(Engine& engine, Request request, reactor::Deadline& deadline);

}  // namespace pivot::tools
