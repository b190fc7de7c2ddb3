// How far an exchange has come. The outcome reports it, whenever that is delivered.
#pragma once

#include "http/lent_response.hpp"
#include "net/address.hpp"
#include "reactor/timers.hpp"

#include <pivot/outcome.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace pivot::http {

// What only some exchanges ask for, so that the others need not pay for it.
struct Demands {
    reactor::Nanoseconds connect_ns_max = never;  // for TCP, and again for TLS
    reactor::Nanoseconds read_ns_max = never;     // to the first byte, and between bytes
    std::size_t body_bytes_max = 0;               // 0: as all others
    bool keeps_headers = false;                   // of the response
};

struct Progress {
    const Demands* demands = nullptr;  // null if there are none
    reactor::Nanoseconds started = 0;
    Timings timings_us;
    std::optional<net::SocketAddress> address;  // that of the last connection
    Phase phase = Phase::queue;
    bool was_reused = false;
    std::uint16_t status = 0;  // that of the last response whose headers have come

    // That response, valid while it is read and until the caller gives it back. After a failure it
    // is what had come of the response, and stays until the next one is asked for.
    const Response* response = nullptr;

    LentResponse::Parsers::Lent parser;  // reads a response, or has failed to
};

}  // namespace pivot::http
