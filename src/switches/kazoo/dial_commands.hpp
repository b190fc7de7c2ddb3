// Dialling over KAZOO's bus: by its call control, or through a carrier.
#pragma once

#include "switches/kazoo/bus.hpp"
#include "switches/kazoo/call_commands.hpp"
#include "switches/kazoo/call_line.hpp"

#include <pivot/command.hpp>

#include <string>
#include <vector>

namespace pivot::switches::kazoo {

// A single number goes to a carrier of the account. Several numbers, and all other targets, are
// bridged.
bool is_for_carrier(const Dial& dial);

// `call_ids` has the ids for the legs, one for each target.
std::string bridge_command(const CallIdentity& call, const Dial& dial,
                           const std::vector<std::string>& call_ids);

// KAZOO's application stepswitch takes the request, and bridges the two.
Publication offnet_request(const Frame& frame, const CallIdentity& call, const Dial& dial);

}  // namespace pivot::switches::kazoo
