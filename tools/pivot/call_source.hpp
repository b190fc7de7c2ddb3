// Where what is known of calls is asked for: the `pivot serve` that runs on this machine, or the
// store of one that does not.
#pragma once

#include "pivot/admin_client.hpp"
#include "pivot/admin_socket.hpp"

#include <string>

#include <tl/expected.hpp>

namespace pivot::tools {

struct CallSource {
    std::string socket = find_admin_socket();
    std::string store;  // its folder; empty: the socket is asked

    // What is asked, for messages.
    const std::string& name() const { return store.empty() ? socket : store; }
};

// Asks for `target`, which is of /calls or /debug. The error is a sentence.
tl::expected<AdminAnswer, std::string> ask(const CallSource& source, const std::string& target);

}  // namespace pivot::tools
