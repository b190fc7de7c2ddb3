#include "pivot/time_up.hpp"

#include <fmt/format.h>

namespace pivot {

std::string_view doing(Phase phase)
{
    switch (phase) {
        case Phase::queue: return "before anything was asked";
        case Phase::dns: return "while the name was resolved";
        case Phase::connect: return "while connecting";
        case Phase::tls: return "in the TLS handshake";
        case Phase::send: return "while the request was sent";
        case Phase::wait: return "while waiting for the first byte of the response";
        case Phase::read: return "while the response was read";
        case Phase::parse: return "while the response was parsed";
    }
    return "";
}

std::string time_up(std::chrono::milliseconds timeout, Phase phase)
{
    return fmt::format("no outcome within {} ms: the time was up {}", timeout.count(),
                       doing(phase));
}

}  // namespace pivot
