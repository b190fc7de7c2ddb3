// `pivot calls` and `pivot why`: the calls of the `pivot serve` of this machine (docs/serve.md).
#pragma once

#include "pivot/admin_socket.hpp"
#include "pivot/call_source.hpp"

#include <chrono>
#include <string>

namespace pivot::tools {

struct CallsOptions {
    std::string socket = find_admin_socket();
    bool shows_ended = false;
    std::chrono::seconds older_than{0};
    bool hangs_up = false;  // those that are listed
    bool as_json = false;
};

struct WhyOptions {
    CallSource source;
    std::string call;  // an id of it, or the beginning of one
    bool as_json = false;
};

// Each returns the exit status: 0; 2 if it cannot be asked.
int list_calls(const CallsOptions& options);

// 1: no call is known by that. 2: as well if several are, which are listed.
int explain_call(const WhyOptions& options);

}  // namespace pivot::tools
