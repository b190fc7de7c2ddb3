// The addresses of a name, in the order in which to try them. They are held inline, without
// allocation.
#pragma once

#include "net/address.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>

namespace pivot::net {

class Addresses {
public:
    // More than a caller would try before its deadline.
    static constexpr std::size_t count_max = 8;

    Addresses() = default;
    Addresses(std::initializer_list<IpAddress> addresses)
    {
        for (const IpAddress& address : addresses) add(address);
    }

    // Does nothing if the address is known already, or if there are eight.
    void add(const IpAddress& address)
    {
        if (count_ == count_max || std::find(begin(), end(), address) != end()) return;
        addresses_[count_++] = address;
    }

    bool empty() const { return count_ == 0; }
    std::size_t size() const { return count_; }
    const IpAddress& operator[](std::size_t index) const { return addresses_[index]; }
    const IpAddress* begin() const { return addresses_.data(); }
    const IpAddress* end() const { return addresses_.data() + count_; }

    friend bool operator==(const Addresses&, const Addresses&) = default;

private:
    std::array<IpAddress, count_max> addresses_;
    std::uint8_t count_ = 0;
};

// Alternates the families, IPv6 first, each in its own order (RFC 8305, section 4).
inline Addresses interleave(const Addresses& v6, const Addresses& v4)
{
    Addresses all;
    for (std::size_t i = 0; i < Addresses::count_max; ++i) {
        if (i < v6.size()) all.add(v6[i]);
        if (i < v4.size()) all.add(v4[i]);
    }
    return all;
}

}  // namespace pivot::net
