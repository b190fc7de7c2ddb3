// Where sounds and recordings are kept unless media.path says so.
//
//     $CACHE_DIRECTORY, from systemd ─► /var/cache/pivot, if this user can write there
//                                    ─► $XDG_CACHE_HOME/pivot or ~/.cache/pivot, otherwise
#pragma once

#include <string>

namespace pivot::tools {

inline constexpr const char* system_cache_folder = "/var/cache/pivot";

// `system` is the folder that is meant for services.
std::string cache_folder(const std::string& system = system_cache_folder);

// The user's own (XDG Base Directory Specification). Empty if the environment names no folder from
// the root.
std::string users_cache_folder();

// Makes the folders above the user's own if `media_path` is that. Returns a line for the log then,
// otherwise nothing.
std::string prepare_cache(const std::string& media_path);

}  // namespace pivot::tools
