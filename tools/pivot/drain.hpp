// `pivot drain`: the `pivot serve` of this machine takes no more calls (docs/serve.md).
#pragma once

#include "pivot/admin_socket.hpp"

#include <string>

namespace pivot::tools {

struct DrainOptions {
    std::string socket = find_admin_socket();
    bool is_undone = false;  // it takes calls again
};

// Returns the exit status: 0 if it does so, 2 if it cannot be told.
int drain(const DrainOptions& options);

}  // namespace pivot::tools
