// What a host wants to know of which call, read from C.
#pragma once

#include "abi/boundary.hpp"

#include <pivot/engine.hpp>

namespace pivot::abi {

// Fails with what pivot_start() fails with.
Granted<Request> read_request(const pivot_request* request, const ActionLimits& limits);

}  // namespace pivot::abi
