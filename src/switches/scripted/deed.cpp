#include "switches/scripted/deed.hpp"

#include "base/harmless.hpp"

#include <fmt/format.h>

namespace pivot::switches::scripted {

std::string line_of(const Deed& deed)
{
    const Nanoseconds tenths = deed.at / 100'000'000;
    return fmt::format("{:02}:{:02}.{}  {:<8} {}", tenths / 600, tenths / 10 % 60, tenths % 10,
                       deed.actor, harmless(deed.text));
}

}  // namespace pivot::switches::scripted
