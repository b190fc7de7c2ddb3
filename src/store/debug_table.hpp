// The file of debug records, in which new ones replace the oldest once it is full.
#pragma once

#include "session/debug_record.hpp"
#include "store/database.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::store {

// Which debug records to read.
struct DebugQuery {
    std::string call_id;          // empty for all calls
    std::string account_id = {};  // empty for all accounts

    // The first records after this sequence; without it, the last ones in the file.
    std::optional<std::int64_t> after;

    std::size_t records_max = 1'000;
    std::size_t bytes_max = std::size_t{64} * 1024 * 1024;  // of JSON, though one record is read
};

// Which calls of an account are wanted, by their first records.
struct FirstRecordsQuery {
    std::string_view account_id;
    std::int64_t sequence_max = std::numeric_limits<std::int64_t>::max();
    std::int64_t from_unix_ms = 0;  // when they began, both included
    std::int64_t to_unix_ms = std::numeric_limits<std::int64_t>::max();
    std::size_t records_max = 1'000;
};

struct StoredRecord {
    std::int64_t sequence = 0;  // later ones have higher numbers
    std::string json;
};

class DebugTable {
public:
    // The file grows to about `bytes_max`, and always has room for a few records. The error names
    // the file.
    static Answer<DebugTable> open(const std::string& path, std::int64_t bytes_max);

    // A transaction, which ends with commit() or, after any failure, with roll_back().
    Answer<void> begin() { return database_.begin(); }
    Answer<void> commit() { return database_.commit(); }
    void roll_back() { database_.roll_back(); }

    // Within a transaction.
    Answer<void> add(const session::DebugRecord& record);

    // The oldest first. These three may be called while another thread or process writes. Their
    // errors name the file.
    static Answer<std::vector<StoredRecord>> read(const std::string& path, const DebugQuery& query);

    // The first record of each call, the latest first.
    static Answer<std::vector<StoredRecord>> first_records(const std::string& path,
                                                           const FirstRecordsQuery& query);

    // The ids of calls that begin with `prefix`, in alphabetical order.
    static Answer<std::vector<std::string>> calls(const std::string& path, std::string_view prefix,
                                                  std::size_t calls_max);

private:
    Answer<std::int64_t> used_pages();
    Answer<void> trim();

    Database database_;
    Statement insert_;  // like all statements, goes before the database
    Statement delete_oldest_;
    Statement count_pages_;
    Statement count_free_pages_;
    std::int64_t pages_max_ = 0;
};

}  // namespace pivot::store
