#include "rooms/mix_name.hpp"

#include <atomic>
#include <cstdint>

namespace pivot::rooms {

std::string next_mix_name()
{
    static std::atomic<std::uint64_t> last = 0;
    return "pivot-" + std::to_string(last.fetch_add(1, std::memory_order_relaxed) + 1);
}

}  // namespace pivot::rooms
