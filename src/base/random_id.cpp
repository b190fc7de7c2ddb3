#include "base/random_id.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <random>
#include <span>
#include <string_view>

#include <sys/random.h>

namespace pivot::inline base {

namespace {

// Falls back to the processor's generator if the kernel refuses (a system call filter): with zeros,
// every id would be the same.
void fill(std::span<unsigned char> bytes)
{
    while (!bytes.empty()) {
        const auto size = ::getrandom(bytes.data(), bytes.size(), 0);
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) break;
        bytes = bytes.subspan(static_cast<std::size_t>(size));
    }
    if (bytes.empty()) return;
    std::random_device device;
    std::ranges::generate(bytes, [&] { return static_cast<unsigned char>(device()); });
}

}  // namespace

std::string random_id()
{
    std::array<unsigned char, 16> bytes{};
    fill(bytes);
    constexpr std::string_view digits = "0123456789abcdef";
    std::string id;
    id.reserve(2 * bytes.size());
    for (const auto byte : bytes) {
        id += digits[byte >> 4];
        id += digits[byte & 0xf];
    }
    return id;
}

}  // namespace pivot::inline base
