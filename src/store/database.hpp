// SQLite, as far as it is needed here: errors are values, what is prepared is owned.
//
// A library without SQLite has no_database.cpp in place of database.cpp: no database can be opened.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

struct sqlite3;
struct sqlite3_stmt;

namespace pivot::store {

// The error is SQLite's own sentence.
template <typename Value>
using Answer = tl::expected<Value, std::string>;

// A prepared statement. Parameters are bound in order; the last one is bound before the first step.
class Statement {
public:
    Statement() = default;

    Statement& bind(std::string_view text);
    Statement& bind(std::int64_t number);

    // Returns whether there is a row. After false, the statement can be bound again.
    Answer<bool> step();

    // For statements whose rows do not matter.
    Answer<void> run();

    // Columns of the row, from 0. The text lives until the next step.
    std::string_view text(int column) const;
    std::int64_t number(int column) const;

    // Ends a reading before its last row.
    void reset();

private:
    friend class Database;
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const;
    };

    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
    int bound_ = 0;
};

class Database {
public:
    // Whether this library has SQLite.
    static const bool is_there;

    // Creates the file where there is none. The error names it.
    static Answer<Database> open(const std::string& path);

    // A file that somebody may be writing. The error is SQLite's.
    static Answer<Database> open_to_read(const std::string& path);

    Answer<Statement> prepare(std::string_view sql);

    // One or several statements without parameters.
    Answer<void> run(const char* sql);

    // Rows that the last statement has inserted, deleted or changed.
    std::int64_t changes() const;

    // The first column of the first row, as a number or as text.
    Answer<std::int64_t> number(std::string_view sql);
    Answer<std::string> text(std::string_view sql);

    // A transaction: begun, and then ended with one of the others, also where that has failed.
    Answer<void> begin() { return run("BEGIN IMMEDIATE"); }
    Answer<void> commit() { return run("COMMIT"); }
    void roll_back();

private:
    static Answer<Database> open(const std::string& path, int flags);

    struct Close {
        void operator()(sqlite3* handle) const;
    };

    std::unique_ptr<sqlite3, Close> handle_;
};

}  // namespace pivot::store
