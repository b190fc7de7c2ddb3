#include "store/reading.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot::store {

namespace {

tl::unexpected<std::string> named(std::string_view path, std::string_view error)
{
    return tl::unexpected(fmt::format("{}: {}", path, error));
}

}  // namespace

Answer<Reading> Reading::open(const std::string& path, std::string_view sql)
{
    auto database = Database::open_to_read(path);
    if (!database) return named(path, database.error());
    auto query = database->prepare(sql);
    if (!query) return named(path, query.error());
    return Reading(path, std::move(*database), std::move(*query));
}

Reading::Reading(std::string path, Database database, Statement query)
    : path_(std::move(path)), database_(std::move(database)), query_(std::move(query))
{
}

Answer<bool> Reading::next()
{
    auto row = query_.step();
    if (!row) return named(path_, row.error());
    return row;
}

}  // namespace pivot::store
