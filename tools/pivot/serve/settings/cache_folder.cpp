#include "pivot/serve/settings/cache_folder.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace pivot::tools {

namespace {

std::string variable(const char* name)
{
    const char* const value = std::getenv(name);
    return value == nullptr ? "" : value;
}

bool is_writable(const std::string& folder)
{
    return ::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) == 0;
}

// Whether it is there or can be made.
bool is_usable(const std::string& folder)
{
    if (is_writable(folder)) return true;
    return errno == ENOENT && is_writable(std::filesystem::path(folder).parent_path());
}

}  // namespace

std::string cache_folder(const std::string& system)
{
    std::string folder = variable("CACHE_DIRECTORY");
    if (!folder.empty()) return folder;
    folder = users_cache_folder();
    return folder.empty() || is_usable(system) ? system : folder;
}

std::string users_cache_folder()
{
    const std::string cache = variable("XDG_CACHE_HOME");
    if (cache.starts_with('/')) return cache + "/pivot";
    const std::string home = variable("HOME");
    return home.starts_with('/') ? home + "/.cache/pivot" : std::string();
}

std::string prepare_cache(const std::string& media_path)
{
    if (media_path.empty() || media_path != users_cache_folder()) return {};
    std::error_code ignored;  // of the folder itself it is reported
    std::filesystem::create_directories(std::filesystem::path(media_path).parent_path(), ignored);
    return fmt::format(
        "sounds and recordings are in {}, because this user cannot write to {}; Asterisk's user "
        "must be able to read them",
        media_path, system_cache_folder);
}

}  // namespace pivot::tools
