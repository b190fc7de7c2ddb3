// How far one exchange has come: what its outcome says of it, whenever that is.
#pragma once

#include "net/address.hpp"
#include "reactor/timers.hpp"

#include <pivot/outcome.hpp>

#include <optional>
#include <string>

namespace pivot::http {

struct Progress {
    reactor::Nanoseconds started = 0;
    Phase phase = Phase::queue;
    Timings timings_us;
    std::optional<net::SocketAddress> address;  // of the last connection
    bool was_reused = false;
    int status = 0;  // of the last response whose headers have come
    std::string content_type;
    int redirects = 0;
};

}  // namespace pivot::http
