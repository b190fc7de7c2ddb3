#include "store/schema.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace pivot::store {

namespace {

using Error = tl::unexpected<std::string>;

constexpr std::int64_t application_id = 0x50495654;  // "PIVT"
constexpr std::int64_t version = 1;

constexpr auto version_1 = R"(
    CREATE TABLE cdrs (
        sequence INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        origin TEXT NOT NULL,
        next_at_unix_ms INTEGER NOT NULL,
        attempts INTEGER NOT NULL,
        call_id TEXT NOT NULL,
        account_id TEXT NOT NULL,
        url TEXT NOT NULL,
        body TEXT NOT NULL,
        ended_unix_ms INTEGER NOT NULL
    );
    CREATE INDEX cdrs_by_origin ON cdrs (origin, next_at_unix_ms);
    CREATE TABLE debug_records (
        id INTEGER PRIMARY KEY,
        call_id TEXT NOT NULL,
        account_id TEXT NOT NULL,
        at_unix_ms INTEGER NOT NULL,
        json TEXT NOT NULL
    );
    CREATE INDEX debug_records_by_call ON debug_records (call_id);
    PRAGMA application_id = 0x50495654;
    PRAGMA user_version = 1;
)";

// SQLite would make the file for everybody to read. Its other files take their mode from this one.
void create_file(const std::string& path)
{
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0) ::close(fd);
}

Answer<void> set_up(Database& database)
{
    if (auto begun = database.run("BEGIN IMMEDIATE"); !begun) return begun;
    const auto tables = database.number("SELECT count(*) FROM sqlite_schema");
    if (!tables) return Error(tables.error());
    const auto owner = database.number("PRAGMA application_id");
    if (!owner) return Error(owner.error());
    const auto found = database.number("PRAGMA user_version");
    if (!found) return Error(found.error());

    if (*tables == 0) {
        if (auto made = database.run(version_1); !made) return made;
    } else if (*owner != application_id) {
        return Error("is the database of another program");
    } else if (*found > version) {
        return Error(fmt::format("is of a newer version of Pivot (schema {}, known is {})", *found,
                                 version));
    }
    return database.run("COMMIT");
}

Answer<void> configure(Database& database, std::int64_t bytes_max)
{
    constexpr auto pragmas = "PRAGMA busy_timeout = 5000; PRAGMA synchronous = FULL;";
    if (auto done = database.run(pragmas); !done) return done;
    if (auto done = set_up(database); !done) return done;
    const auto mode = database.text("PRAGMA journal_mode = WAL");
    if (!mode) return Error(mode.error());
    if (*mode != "wal") return Error("cannot have a write-ahead log where it is");
    const auto page_bytes = database.number("PRAGMA page_size");
    if (!page_bytes) return Error(page_bytes.error());
    return database.run(fmt::format("PRAGMA max_page_count = {}", bytes_max / *page_bytes).c_str());
}

}  // namespace

Answer<Database> open_file(const std::string& path, std::int64_t bytes_max)
{
    create_file(path);
    auto database = Database::open(path);
    const auto done =
        database ? configure(*database, bytes_max) : Answer<void>(Error(database.error()));
    if (!done) return Error(fmt::format("the store {}: {}", path, done.error()));
    return database;
}

}  // namespace pivot::store
