// The local addresses that connections come from, in turn.
//
// Each has its own ephemeral ports, so with several addresses more connections to one server can be
// open than there are such ports.
#pragma once

#include "net/address.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace pivot::net {

class SourceAddresses {
public:
    SourceAddresses() = default;  // the kernel chooses

    // The error is a sentence about the first text that is not an address.
    static tl::expected<SourceAddresses, std::string> parse(std::span<const std::string> texts);

    // The next address of the family of `target`. Returns null if the kernel is to choose.
    const IpAddress* next(const IpAddress& target);

private:
    struct Turns {
        std::vector<IpAddress> addresses;
        std::size_t taken = 0;
    };

    Turns v4_;
    Turns v6_;
};

}  // namespace pivot::net
