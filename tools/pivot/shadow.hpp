// `pivot shadow`: what the `pivot serve` of this machine would do with the requests of KAZOO that
// it only watches (docs/kazoo.md).
#pragma once

#include "pivot/admin_socket.hpp"

#include <string>

namespace pivot::tools {

struct ShadowOptions {
    std::string socket = find_admin_socket();
    bool shows_all = false;  // also what would go well
    bool as_json = false;
};

// Returns the exit status: 0 if nothing would be refused, 1 if something would be, 2 if it cannot
// be asked or watches nothing.
int shadow(const ShadowOptions& options);

}  // namespace pivot::tools
