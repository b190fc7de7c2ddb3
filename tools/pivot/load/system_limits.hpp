// What the system lets one process have.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pivot::tools {

struct SystemLimits {
    std::size_t descriptors_max = 0;           // RLIMIT_NOFILE, hard
    std::uint64_t memory_available_bytes = 0;  // 0: unknown
    std::size_t ephemeral_ports = 0;           // of one local address

    static SystemLimits read();
};

}  // namespace pivot::tools
