// How far one exchange has come: what its outcome says of it, whenever that is.
#pragma once

#include "http/response.hpp"
#include "net/address.hpp"
#include "reactor/timers.hpp"

#include <pivot/outcome.hpp>

#include <optional>

namespace pivot::http {

struct Progress {
    reactor::Nanoseconds started = 0;
    Timings timings_us;
    std::optional<net::SocketAddress> address;  // of the last connection
    Phase phase = Phase::queue;
    bool was_reused = false;
    std::uint16_t status = 0;  // of the last response whose headers have come
    std::uint16_t redirects = 0;
    const Response* response = nullptr;  // that one, as long as it is there
};

}  // namespace pivot::http
