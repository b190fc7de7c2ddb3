#include "pivot/serve/settings/dry_run.hpp"

#include "pivot/serve/settings/cache_folder.hpp"
#include "store/database.hpp"
#include "store/schema.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>

#include <fmt/format.h>
#include <unistd.h>

namespace pivot::tools {

namespace {

std::string objection_to_access(std::string_view what, const std::string& path, int mode)
{
    if (::access(path.c_str(), mode) == 0) return {};
    return fmt::format("{} {}: {}", what, path, std::strerror(errno));
}

// The folder can be used, or created.
std::string objection_to_folder(std::string_view what, const std::string& path)
{
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored)) {
        return objection_to_access(what, path + "/.", R_OK | W_OK | X_OK);
    }
    return objection_to_access(what, std::filesystem::absolute(path).parent_path(), W_OK | X_OK);
}

// The folder may belong to a running engine, so its files are left alone. The folder above the
// user's own is made, too.
std::string objection_to_media(const std::string& path)
{
    constexpr std::string_view what = "the folder of media.path";
    if (path.empty()) return {};
    const std::filesystem::path above = std::filesystem::path(path).parent_path();
    std::error_code ignored;
    const bool is_above_made =
        path == users_cache_folder() && !std::filesystem::exists(above, ignored);
    return objection_to_folder(what, is_above_made ? above.string() : path);
}

// A running engine may be writing the file, so it is only read.
std::string objection_to_file(const std::string& path, const store::Schema& schema)
{
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) return {};
    if (auto objection = objection_to_access("the store", path, R_OK | W_OK); !objection.empty()) {
        return objection;
    }
    auto file = store::Database::open_to_read(path);
    if (!file) return fmt::format("the store {}: {}", path, file.error());
    const auto id = file->number("PRAGMA application_id");
    if (!id) return fmt::format("the store {}: {}", path, id.error());
    if (*id == schema.application_id) return {};
    return fmt::format("the store {}: is not a file of Pivot's", path);
}

std::string objection_to_store(const std::string& path)
{
    if (path.empty()) return {};
    if (!store::Database::is_there) {
        return fmt::format("the store {}: this program was built without SQLite", path);
    }
    auto objection = objection_to_folder("the store", path);
    if (objection.empty()) objection = objection_to_file(path + "/cdrs", store::cdr_schema);
    if (objection.empty()) objection = objection_to_file(path + "/debug", store::debug_schema);
    return objection;
}

}  // namespace

std::string objection_to(const EngineConfig& config)
{
    EngineConfig tried = config;
    tried.reactors = 0;
    tried.cpus.clear();
    tried.store.path.clear();
    if (!tried.media.path.empty()) {
        tried.media.path.clear();
        tried.session = {};
    }
    if (const auto engine = Engine::create(tried); !engine) return engine.error();
    auto objection = objection_to_store(config.store.path);
    return objection.empty() ? objection_to_media(config.media.path) : objection;
}

}  // namespace pivot::tools
