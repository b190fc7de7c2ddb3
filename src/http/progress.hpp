// How far one exchange has come: what its outcome says of it, whenever that is.
#pragma once

#include "http/lent_response.hpp"
#include "net/address.hpp"
#include "reactor/timers.hpp"

#include <pivot/outcome.hpp>

#include <optional>

namespace pivot::http {

// What an exchange asks for beyond the ordinary. Only those that have any pay for it.
struct Demands {
    reactor::Nanoseconds connect_ns_max = never;  // for TCP, and again for TLS
    reactor::Nanoseconds read_ns_max = never;     // to the first byte, and between bytes
    bool keeps_headers = false;                   // of the response
};

struct Progress {
    const Demands* demands = nullptr;  // null: none
    reactor::Nanoseconds started = 0;
    Timings timings_us;
    std::optional<net::SocketAddress> address;  // of the last connection
    Phase phase = Phase::queue;
    bool was_reused = false;
    std::uint16_t status = 0;  // of the last response whose headers have come

    // That response, while it is read and until it is given back. After a failure it is what had
    // come, which stays here.
    const Response* response = nullptr;

    LentResponse::Parsers::Lent parser;  // reads a response, or has failed to
};

}  // namespace pivot::http
