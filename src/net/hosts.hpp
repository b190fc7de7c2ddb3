// The names to which the operator gives addresses himself, as in /etc/hosts (hosts(5)).
#pragma once

#include "net/addresses.hpp"
#include "net/name_map.hpp"

#include <string_view>

namespace pivot::net {

class Hosts {
public:
    Hosts() = default;

    // `192.0.2.7 name alias…  # comment`. A name that is in several lines has the addresses of all.
    // What is not an address or a host name is skipped, as every reader of that file does.
    explicit Hosts(std::string_view text);

    // `name` is spelled as canonical_host() does. Null: not in the table.
    const Addresses* find(std::string_view name) const;

private:
    NameMap<Addresses> table_;
};

}  // namespace pivot::net
