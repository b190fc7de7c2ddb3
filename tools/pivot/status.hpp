// `pivot status`: how the `pivot serve` of this machine is (docs/serve.md).
#pragma once

#include "pivot/admin_socket.hpp"

#include <string>

namespace pivot::tools {

struct StatusOptions {
    std::string socket = find_admin_socket();
    bool as_json = false;
};

// Returns the exit status: 0 if it is ready, 1 if it is not, 2 if it cannot be asked.
int status(const StatusOptions& options);

}  // namespace pivot::tools
