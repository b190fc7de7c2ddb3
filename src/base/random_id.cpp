#include "base/random_id.hpp"

#include <array>
#include <cassert>
#include <iterator>

#include <fmt/format.h>
#include <sys/random.h>

namespace pivot {

std::string random_id()
{
    std::array<unsigned char, 16> bytes{};
    [[maybe_unused]] const auto size = ::getrandom(bytes.data(), bytes.size(), 0);
    assert(size == static_cast<ssize_t>(bytes.size()));
    std::string id;
    for (const auto byte : bytes) fmt::format_to(std::back_inserter(id), "{:02x}", byte);
    return id;
}

}  // namespace pivot
