#include "pivot/drain.hpp"

#include "http/status.hpp"
#include "pivot/admin_client.hpp"
#include "pivot/output.hpp"

#include <string_view>

namespace pivot::tools {

int drain(const DrainOptions& options)
{
    constexpr std::string_view command = "pivot drain";
    const auto answer = ask_admin(options.socket, "/drain", options.is_undone ? "DELETE" : "POST");
    if (!answer) return refuse(command, answer.error());
    if (answer->status == http::status::accepted) return exit_good;
    return refuse(command, describe_unexpected(options.socket, *answer));
}

}  // namespace pivot::tools
