// How a stay in a queue ended, as `action` is told.
#pragma once

#include <pivot/event.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace pivot::execute::verbs {

// QueueResult: `bridged`, `leave`, `hangup`, `queue-full`, `error`.
std::string_view result_of(QueueEnd end);

// Whole seconds, as QueueTime and its like have them.
std::string seconds(std::chrono::seconds time);

}  // namespace pivot::execute::verbs
