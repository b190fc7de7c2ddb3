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

Answer<std::vector<std::string>> DebugTable::read(const std::string& path, std::string_view call_id,
                                                  std::size_t records_max)
{
    const auto named = [&path](const std::string& error) {
        return tl::unexpected(fmt::format("{}: {}", path, error));
    };
    auto database = Database::open_to_read(path);
    if (!database) return named(database.error());
    auto select =
        database->prepare("SELECT json FROM debug_records WHERE call_id = ? ORDER BY id LIMIT ?");
    if (!select) return named(select.error());
    select->bind(call_id).bind(static_cast<std::int64_t>(records_max));
    std::vector<std::string> found;
    while (true) {
        const auto row = select->step();
        if (!row) return named(row.error());
        if (!*row) return found;
        found.emplace_back(select->text(0));
    }
}

}  // namespace pivot::store
