// How often fork() has led to this process. Threads and rings stay with the parent: who keeps some
// remembers the count and knows by it that they are gone.
#pragma once

namespace pivot::engine {

// Counts from the first call on.
unsigned fork_count();

}  // namespace pivot::engine
