#include "store/database.hpp"

#include <cassert>

#include <fmt/format.h>
#include <sqlite3.h>

namespace pivot::store {

const bool Database::is_there = true;

void Statement::Finalize::operator()(sqlite3_stmt* statement) const
{
    sqlite3_finalize(statement);
}

void Database::Close::operator()(sqlite3* handle) const
{
    sqlite3_close(handle);
}

std::int64_t Database::changes() const
{
    return sqlite3_changes64(handle_.get());
}

Statement& Statement::bind(std::string_view text)
{
    // A null pointer would be a NULL. The text is copied: who binds it may let it go.
    [[maybe_unused]] const int bound =
        sqlite3_bind_text64(statement_.get(), ++bound_, text.empty() ? "" : text.data(),
                            text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    assert(bound == SQLITE_OK || bound == SQLITE_NOMEM || bound == SQLITE_TOOBIG);
    return *this;
}

Statement& Statement::bind(std::int64_t number)
{
    [[maybe_unused]] const int bound = sqlite3_bind_int64(statement_.get(), ++bound_, number);
    assert(bound == SQLITE_OK);
    return *this;
}

Answer<bool> Statement::step()
{
    const int result = sqlite3_step(statement_.get());
    if (result == SQLITE_ROW) return true;
    std::string error;
    if (result != SQLITE_DONE) error = sqlite3_errmsg(sqlite3_db_handle(statement_.get()));
    reset();
    if (result == SQLITE_DONE) return false;
    return tl::unexpected(std::move(error));
}

Answer<void> Statement::run()
{
    const auto row = step();
    reset();
    if (!row) return tl::unexpected(row.error());
    return {};
}

std::string_view Statement::text(int column) const
{
    const auto* text = sqlite3_column_text(statement_.get(), column);
    if (text == nullptr) return {};
    return {reinterpret_cast<const char*>(text),
            static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

std::int64_t Statement::number(int column) const
{
    return sqlite3_column_int64(statement_.get(), column);
}

void Statement::reset()
{
    sqlite3_reset(statement_.get());
    bound_ = 0;
}

Answer<Database> Database::open(const std::string& path)
{
    return open(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
}

Answer<Database> Database::open_to_read(const std::string& path)
{
    auto database = open(path, SQLITE_OPEN_READONLY);
    if (database) sqlite3_busy_timeout(database->handle_.get(), 1000);
    return database;
}

Answer<Database> Database::open(const std::string& path, int flags)
{
    sqlite3* handle = nullptr;
    const int result = sqlite3_open_v2(path.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX, nullptr);
    Database database;
    database.handle_.reset(handle);  // there is one also where it could not be opened
    if (result != SQLITE_OK) {
        return tl::unexpected(handle == nullptr ? sqlite3_errstr(result) : sqlite3_errmsg(handle));
    }
    return database;
}

Answer<Statement> Database::prepare(std::string_view sql)
{
    sqlite3_stmt* prepared = nullptr;
    const int result = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                          SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
    if (result != SQLITE_OK) return tl::unexpected(sqlite3_errmsg(handle_.get()));
    Statement statement;
    statement.statement_.reset(prepared);
    return statement;
}

Answer<void> Database::run(const char* sql)
{
    char* error = nullptr;
    const int result = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, &error);
    const std::unique_ptr<char, decltype(&sqlite3_free)> owner(error, sqlite3_free);
    if (result == SQLITE_OK) return {};
    return tl::unexpected(error == nullptr ? sqlite3_errstr(result) : error);
}

void Database::roll_back()
{
    // SQLite has ended it on its own where the disk was full.
    const bool is_in_transaction = sqlite3_get_autocommit(handle_.get()) == 0;
    if (is_in_transaction) static_cast<void>(run("ROLLBACK"));
}

Answer<std::int64_t> Database::number(std::string_view sql)
{
    auto statement = prepare(sql);
    if (!statement) return tl::unexpected(statement.error());
    const auto row = statement->step();
    if (!row) return tl::unexpected(row.error());
    return *row ? statement->number(0) : 0;
}

Answer<std::string> Database::text(std::string_view sql)
{
    auto statement = prepare(sql);
    if (!statement) return tl::unexpected(statement.error());
    const auto row = statement->step();
    if (!row) return tl::unexpected(row.error());
    return std::string(*row ? statement->text(0) : "");
}

}  // namespace pivot::store
