// Where `pivot serve` has its admin socket if nothing else is configured, and where other commands
// look for it.
//
//     the folder of systemd ─► /run/pivot ─► $XDG_RUNTIME_DIR, a user's own folder
#pragma once

#include <string>

namespace pivot::tools {

inline constexpr const char* runtime_folder = "/run/pivot";
inline constexpr const char* admin_socket_name = "admin.sock";

// `pivot.sock` in the user's own folder. Empty if there is no such folder.
std::string users_admin_socket();

// The one in /run/pivot, unless there is only the user's own.
std::string find_admin_socket();

}  // namespace pivot::tools
