// Asks the admin socket of a `pivot serve` that runs on this machine.
#pragma once

#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace pivot::tools {

struct AdminAnswer {
    int status = 0;
    std::string body;
};

// Asks for `target` at the Unix socket `path`, and waits ten seconds at most for each piece of the
// answer. The error is a sentence.
tl::expected<AdminAnswer, std::string> ask_admin(const std::string& path, std::string_view target,
                                                 std::string_view method = "GET");

// A sentence about an answer of which nobody knows what to make.
std::string describe_unexpected(const std::string& path, const AdminAnswer& answer);

}  // namespace pivot::tools
