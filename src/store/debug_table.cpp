#include "store/debug_table.hpp"

#include "store/schema.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace pivot::store {

namespace {

// More than an empty file has, so that deleting ends.
constexpr std::int64_t pages_least = 64;

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
    const auto named = [&path](const std::string& error) {
        return tl::unexpected(fmt::format("{}: {}", path, error));
    };
    auto database = Database::open_to_read(path);
    if (!database) return named(database.error());
    auto select = database->prepare(fmt::format(
        "SELECT id, json FROM debug_records WHERE id > ? {} {} ORDER BY id {} LIMIT ?",
        query.call_id.empty() ? "" : "AND call_id = ?",
        query.account_id.empty() ? "" : "AND account_id = ?", query.after ? "" : "DESC"));
    if (!select) return named(select.error());
    select->bind(query.after.value_or(0));
    if (!query.call_id.empty()) select->bind(query.call_id);
    if (!query.account_id.empty()) select->bind(query.account_id);
    select->bind(static_cast<std::int64_t>(query.records_max));
    std::vector<StoredRecord> found;
    for (std::size_t bytes = 0; bytes < query.bytes_max;) {
        const auto row = select->step();
        if (!row) return named(row.error());
        if (!*row) break;
        found.push_back({select->number(0), std::string(select->text(1))});
        bytes += found.back().json.size();
    }
    if (!query.after) std::ranges::reverse(found);
    return found;
}

Answer<std::vector<StoredRecord>> DebugTable::first_records(const std::string& path,
                                                            std::string_view account_id,
                                                            std::int64_t from,
                                                            std::size_t records_max)
{
    const auto named = [&path](const std::string& error) {
        return tl::unexpected(fmt::format("{}: {}", path, error));
    };
    auto database = Database::open_to_read(path);
    if (!database) return named(database.error());
    auto select = database->prepare(
        "SELECT id, json FROM debug_records JOIN (SELECT min(id) AS first FROM debug_records "
        "WHERE account_id = ? GROUP BY call_id) ON id = first WHERE first <= ? "
        "ORDER BY first DESC LIMIT ?");
    if (!select) return named(select.error());
    select->bind(account_id).bind(from).bind(static_cast<std::int64_t>(records_max));
    std::vector<StoredRecord> found;
    while (true) {
        const auto row = select->step();
        if (!row) return named(row.error());
        if (!*row) return found;
        found.push_back({select->number(0), std::string(select->text(1))});
    }
}

Answer<std::vector<std::string>> DebugTable::calls(const std::string& path, std::string_view prefix,
                                                   std::size_t calls_max)
{
    const auto named = [&path](const std::string& error) {
        return tl::unexpected(fmt::format("{}: {}", path, error));
    };
    auto database = Database::open_to_read(path);
    if (!database) return named(database.error());
    auto select = database->prepare(
        "SELECT DISTINCT call_id FROM debug_records WHERE call_id >= ? AND call_id < ? "
        "ORDER BY call_id LIMIT ?");
    if (!select) return named(select.error());
    const std::string beyond = std::string(prefix) + '\xff';  // no text in UTF-8 has that
    select->bind(prefix).bind(beyond).bind(static_cast<std::int64_t>(calls_max));
    std::vector<std::string> found;
    while (true) {
        const auto row = select->step();
        if (!row) return named(row.error());
        if (!*row) return found;
        found.emplace_back(select->text(0));
    }
}

}  // namespace pivot::store
