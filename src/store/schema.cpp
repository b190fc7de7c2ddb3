#include "store/schema.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace pivot::store {

namespace {

using Error = tl::unexpected<std::string>;

constexpr auto cdr_tables = R"(
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
        ended_unix_ms INTEGER NOT NULL,
        is_recorded INTEGER NOT NULL
    );
    CREATE INDEX cdrs_by_origin ON cdrs (origin, next_at_unix_ms);
    PRAGMA application_id = 0x50495643;
    PRAGMA user_version = 1;
)";

constexpr auto debug_tables = R"(
    CREATE TABLE debug_records (
        id INTEGER PRIMARY KEY,
        call_id TEXT NOT NULL,
        account_id TEXT NOT NULL,
        at_unix_ms INTEGER NOT NULL,
        json TEXT NOT NULL
    );
    CREATE INDEX debug_records_by_call ON debug_records (call_id);
    PRAGMA application_id = 0x50495644;
    PRAGMA user_version = 1;
)";

constexpr auto debug_indexes = R"(
    CREATE INDEX IF NOT EXISTS debug_records_by_account ON debug_records (account_id, call_id);
)";

// SQLite would make the file readable for everybody. Its other files take their mode from this one.
void create_file(const std::string& path)
{
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0) ::close(fd);
}

Answer<void> set_up(Database& database, const Schema& schema)
{
    if (auto begun = database.begin(); !begun) return begun;
    const auto tables = database.number("SELECT count(*) FROM sqlite_schema");
    if (!tables) return Error(tables.error());
    const auto owner = database.number("PRAGMA application_id");
    if (!owner) return Error(owner.error());
    const auto found = database.number("PRAGMA user_version");
    if (!found) return Error(found.error());

    if (*tables == 0) {
        if (auto made = database.run(schema.tables); !made) return made;
    } else if (*owner != schema.application_id) {
        return Error("is the database of another program");
    } else if (*found > schema.version) {
        return Error(fmt::format("is from a newer version of Pivot (schema {}, known is {})",
                                 *found, schema.version));
    }
    if (auto made = database.run(schema.indexes); !made) return made;
    return database.commit();
}

Answer<void> configure(Database& database, const Schema& schema)
{
    const auto pragmas =
        fmt::format("PRAGMA busy_timeout = 1000; PRAGMA synchronous = {};", schema.synchronous);
    if (auto done = database.run(pragmas.c_str()); !done) return done;
    if (auto done = set_up(database, schema); !done) return done;
    const auto mode = database.text("PRAGMA journal_mode = WAL");
    if (!mode) return Error(mode.error());
    if (*mode != "wal") return Error("cannot have a write-ahead log where it is");
    return {};
}

}  // namespace

constexpr Schema cdr_schema{.application_id = 0x50495643,  // "PIVC"
                            .version = 1,
                            .tables = cdr_tables,
                            .synchronous = "FULL"};

constexpr Schema debug_schema{.application_id = 0x50495644,  // "PIVD"
                              .version = 1,
                              .tables = debug_tables,
                              .indexes = debug_indexes,
                              .synchronous = "NORMAL"};

Answer<Database> open_file(const std::string& path, const Schema& schema)
{
    create_file(path);
    auto database = Database::open(path);
    const auto done =
        database ? configure(*database, schema) : Answer<void>(Error(database.error()));
    if (!done) return Error(fmt::format("{}: {}", path, done.error()));
    return database;
}

}  // namespace pivot::store
