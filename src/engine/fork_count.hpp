// How many forks led to this process. Threads and rings stay with the parent, so their owner
// remembers the count, and knows that they are gone when it has changed.
#pragma once

namespace pivot::engine {

// Counts from the first call on.
unsigned fork_count();

}  // namespace pivot::engine
