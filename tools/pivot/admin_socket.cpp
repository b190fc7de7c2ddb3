#include "pivot/admin_socket.hpp"

#include <cstdlib>

#include <fmt/format.h>
#include <unistd.h>

namespace pivot::tools {

std::string users_admin_socket()
{
    const char* const folder = std::getenv("XDG_RUNTIME_DIR");
    const bool is_there = folder != nullptr && *folder == '/';
    return is_there ? fmt::format("{}/pivot.sock", folder) : std::string();
}

std::string find_admin_socket()
{
    std::string usual = fmt::format("{}/{}", runtime_folder, admin_socket_name);
    std::string users = users_admin_socket();
    const bool is_only_users =
        ::access(usual.c_str(), F_OK) != 0 && ::access(users.c_str(), F_OK) == 0;
    return is_only_users ? users : usual;
}

}  // namespace pivot::tools
