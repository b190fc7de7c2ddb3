#include "store/debug_table.hpp"

#include <utility>

namespace pivot::store {

Answer<DebugTable> DebugTable::open(Database& database, std::int64_t records_max)
{
    DebugTable table;
    table.records_max_ = records_max;
    const std::pair<Statement&, std::string_view> statements[] = {
        {table.insert_,
         "INSERT INTO debug_records (call_id, account_id, at_unix_ms, json) VALUES (?, ?, ?, ?)"},
        {table.trim_, "DELETE FROM debug_records WHERE id <= last_insert_rowid() - ?"},
        {table.select_, "SELECT json FROM debug_records WHERE call_id = ? ORDER BY id LIMIT ?"},
    };
    for (const auto& [statement, sql] : statements) {
        auto prepared = database.prepare(sql);
        if (!prepared) return tl::unexpected(prepared.error());
        statement = std::move(*prepared);
    }
    return table;
}

Answer<void> DebugTable::add(const DebugRecord& record)
{
    insert_.bind(record.call_id()).bind(record.account_id());
    insert_.bind(record.at_unix_ms()).bind(record.to_json());
    if (auto added = insert_.run(); !added) return added;
    return trim_.bind(records_max_).run();
}

Answer<std::vector<std::string>> DebugTable::find(std::string_view call_id, std::size_t records_max)
{
    std::vector<std::string> found;
    select_.bind(call_id).bind(static_cast<std::int64_t>(records_max));
    while (true) {
        const auto row = select_.step();
        if (!row) return tl::unexpected(row.error());
        if (!*row) return found;
        found.emplace_back(select_.text(0));
    }
}

}  // namespace pivot::store
