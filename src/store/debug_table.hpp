// The debug records that are kept: the oldest go where there are too many.
#pragma once

#include "pivot/debug_record.hpp"
#include "store/database.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::store {

class DebugTable {
public:
    static Answer<DebugTable> open(Database& database, std::int64_t records_max);

    Answer<void> add(const DebugRecord& record);

    // As JSON, of one call, the oldest first.
    Answer<std::vector<std::string>> find(std::string_view call_id, std::size_t records_max);

private:
    Statement insert_;
    Statement trim_;
    Statement select_;
    std::int64_t records_max_ = 0;
};

}  // namespace pivot::store
