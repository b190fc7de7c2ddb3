#include "store/debug_table.hpp"

#include "store/reading.hpp"
#include "store/schema.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>

namespace pivot::store {

namespace {

// More than an empty file takes, so that deleting comes to an end.
constexpr std::int64_t pages_least = 64;

// Rows of an id and a record, until their JSON takes `bytes_max`; at least one.
Answer<std::vector<StoredRecord>> records_of(Reading& reading, std::size_t bytes_max)
{
    std::vector<StoredRecord> records;
    for (std::size_t bytes = 0; bytes < bytes_max;) {
        const auto row = reading.next();
        if (!row) return tl::unexpected(row.error());
        if (!*row) break;
        const Statement& columns = reading.query();
        records.push_back({columns.number(0), std::string(columns.text(1))});
        bytes += records.back().json.size();
    }
    return records;
}

}  // namespace

Answer<DebugTable> DebugTable::open(const std::string& path, std::int64_t bytes_max)
{
    auto database = open_file(path, debug_schema);
    if (!database) return tl::unexpected(database.error());
    const auto named = [&path](const std::string& error) {
        return tl::unexpected(fmt::format("{}: {}", path, error));
    };
    const auto page_bytes = database->number("PRAGMA page_size");
    if (!page_bytes) return named(page_bytes.error());

    DebugTable table;
    table.database_ = std::move(*database);
    table.pages_max_ = std::max(bytes_max / *page_bytes, pages_least);
    const std::pair<Statement&, std::string_view> statements[] = {
        {table.insert_,
         "INSERT INTO debug_records (call_id, account_id, at_unix_ms, json) VALUES (?, ?, ?, ?)"},
        {table.delete_oldest_,
         "DELETE FROM debug_records WHERE id IN (SELECT id FROM debug_records ORDER BY id LIMIT "
         "8)"},
        {table.count_pages_, "PRAGMA page_count"},
        {table.count_free_pages_, "PRAGMA freelist_count"},
    };
    for (const auto& [statement, sql] : statements) {
        auto prepared = table.database_.prepare(sql);
        if (!prepared) return named(prepared.error());
        statement = std::move(*prepared);
    }
    return table;
}

Answer<void> DebugTable::add(const session::DebugRecord& record)
{
    insert_.bind(record.call_id()).bind(record.account_id());
    insert_.bind(record.at_unix_ms()).bind(record.to_json());
    if (auto added = insert_.run(); !added) return added;
    return trim();
}

// The pages of what is deleted are used again: the file never shrinks, and does not grow beyond.
Answer<void> DebugTable::trim()
{
    while (true) {
        const auto used = used_pages();
        if (!used) return tl::unexpected(used.error());
        if (*used <= pages_max_) return {};
        if (auto deleted = delete_oldest_.run(); !deleted) return deleted;
    }
}

Answer<std::int64_t> DebugTable::used_pages()
{
    std::int64_t used = 0;
    for (const auto& [statement, sign] : {std::pair(&count_pages_, 1), {&count_free_pages_, -1}}) {
        const auto row = statement->step();
        if (!row) return tl::unexpected(row.error());
        used += sign * statement->number(0);
        statement->reset();
    }
    return used;
}

Answer<std::vector<StoredRecord>> DebugTable::read(const std::string& path, const DebugQuery& query)
{
    auto reading = Reading::open(
        path, fmt::format(
                  "SELECT id, json FROM debug_records WHERE id > ? {} {} ORDER BY id {} LIMIT ?",
                  query.call_id.empty() ? "" : "AND call_id = ?",
                  query.account_id.empty() ? "" : "AND account_id = ?", query.after ? "" : "DESC"));
    if (!reading) return tl::unexpected(reading.error());
    Statement& select = reading->query();
    select.bind(query.after.value_or(0));
    if (!query.call_id.empty()) select.bind(query.call_id);
    if (!query.account_id.empty()) select.bind(query.account_id);
    select.bind(static_cast<std::int64_t>(query.records_max));
    auto records = records_of(*reading, query.bytes_max);
    if (records && !query.after) std::ranges::reverse(*records);
    return records;
}

Answer<std::vector<StoredRecord>> DebugTable::first_records(const std::string& path,
                                                            const FirstRecordsQuery& query)
{
    auto reading = Reading::open(
        path,
        "SELECT id, json FROM debug_records JOIN (SELECT min(id) AS first FROM debug_records "
        "WHERE account_id = ? GROUP BY call_id) ON id = first WHERE first <= ? "
        "AND at_unix_ms BETWEEN ? AND ? ORDER BY first DESC LIMIT ?");
    if (!reading) return tl::unexpected(reading.error());
    reading->query()
        .bind(query.account_id)
        .bind(query.sequence_max)
        .bind(query.from_unix_ms)
        .bind(query.to_unix_ms)
        .bind(static_cast<std::int64_t>(query.records_max));
    return records_of(*reading, std::numeric_limits<std::size_t>::max());
}

Answer<std::vector<std::string>> DebugTable::calls(const std::string& path, std::string_view prefix,
                                                   std::size_t calls_max)
{
    auto reading = Reading::open(
        path,
        "SELECT DISTINCT call_id FROM debug_records WHERE call_id >= ? AND call_id < ? "
        "ORDER BY call_id LIMIT ?");
    if (!reading) return tl::unexpected(reading.error());
    const std::string beyond = std::string(prefix) + '\xff';  // no text in UTF-8 has that
    reading->query().bind(prefix).bind(beyond).bind(static_cast<std::int64_t>(calls_max));
    std::vector<std::string> found;
    while (true) {
        const auto row = reading->next();
        if (!row) return tl::unexpected(row.error());
        if (!*row) return found;
        found.emplace_back(reading->query().text(0));
    }
}

}  // namespace pivot::store
