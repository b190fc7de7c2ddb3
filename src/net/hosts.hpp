// Names that the operator has given addresses, as in /etc/hosts (hosts(5)).
#pragma once

#include "base/string_map.hpp"
#include "net/addresses.hpp"

#include <string_view>

namespace pivot::net {

class Hosts {
public:
    Hosts() = default;

    // Reads lines such as `192.0.2.7 name alias…  # comment`. A name on several lines has the
    // addresses of all of them. Anything but an address or a host name is skipped, as in every
    // reader of that file.
    explicit Hosts(std::string_view text);

    // `name` is in the spelling of canonical_host(). Returns null if it is not in the table.
    const Addresses* find(std::string_view name) const;

private:
    StringMap<Addresses> table_;
};

}  // namespace pivot::net
