// How far one exchange has come: what its outcome says of it, whenever that is.
#pragma once

#include "net/address.hpp"
#include "reactor/timers.hpp"

#include <pivot/outcome.hpp>

#include <optional>

namespace pivot::http {

struct Progress {
    reactor::Nanoseconds started = 0;
    Phase phase = Phase::queue;
    Timings timings_us;
    std::optional<net::SocketAddress> address;  // of the last connection
    bool was_reused = false;
    int status = 0;
    int redirects = 0;
};

}  // namespace pivot::http
