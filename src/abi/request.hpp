// Reads a `pivot_request`.
#pragma once

#include "abi/boundary.hpp"

#include <pivot/engine.hpp>

namespace pivot::abi {

// Fails as pivot_start() does.
Checked<Request> read_request(const pivot_request* request, const ActionLimits& limits);

}  // namespace pivot::abi
