// The file of debug records: the oldest go where it has grown to its size.
#pragma once

#include "session/debug_record.hpp"
#include "store/database.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::store {

class DebugTable {
public:
    // `bytes_max`: of the file, and what is less than a few records is taken for that. The error
    // names the file.
    static Answer<DebugTable> open(const std::string& path, std::int64_t bytes_max);

    // A transaction, which ends with commit() or, after any failure, with roll_back().
    Answer<void> begin() { return database_.begin(); }
    Answer<void> commit() { return database_.commit(); }
    void roll_back() { database_.roll_back(); }

    // Within a transaction.
    Answer<void> add(const session::DebugRecord& record);

    // As JSON, of one call, the oldest first. The connection is its own, so that another thread may
    // write meanwhile.
    static Answer<std::vector<std::string>> read(const std::string& path, std::string_view call_id,
                                                 std::size_t records_max);

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
