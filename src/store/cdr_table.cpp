#include "store/cdr_table.hpp"

#include "store/schema.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include <fmt/format.h>

namespace pivot::store {

Answer<CdrTable> CdrTable::open(const std::string& path, std::int64_t bytes_max)
{
    auto database = open_file(path, cdr_schema);
    if (!database) return tl::unexpected(database.error());
    const auto named = [&path](const std::string& error) {
        return tl::unexpected(fmt::format("{}: {}", path, error));
    };
    const auto page_bytes = database->number("PRAGMA page_size");
    if (!page_bytes) return named(page_bytes.error());
    const auto limit = fmt::format("PRAGMA max_page_count = {}", bytes_max / *page_bytes);
    if (auto limited = database->run(limit.c_str()); !limited) return named(limited.error());
    // Files of the first version lack it.
    const auto indexed =
        database->run("CREATE INDEX IF NOT EXISTS cdrs_by_end ON cdrs (ended_unix_ms)");
    if (!indexed) return named(indexed.error());
    const auto size = database->number("SELECT count(*) FROM cdrs");
    if (!size) return named(size.error());

    CdrTable table;
    table.size_ = *size;
    table.database_ = std::move(*database);
    const std::pair<Statement&, std::string_view> statements[] = {
        {table.insert_,
         "INSERT INTO cdrs (id, origin, next_at_unix_ms, attempts, call_id, account_id, url, body, "
         "ended_unix_ms, is_recorded) VALUES (?, ?, 0, 0, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO "
         "NOTHING"},
        {table.select_origin_, "SELECT origin FROM cdrs WHERE origin > ? ORDER BY origin LIMIT 1"},
        {table.select_due_,
         "SELECT id, attempts, call_id, account_id, url, body, ended_unix_ms, is_recorded FROM "
         "cdrs "
         "WHERE origin = ? AND next_at_unix_ms <= ? ORDER BY next_at_unix_ms, sequence"},
        {table.delete_, "DELETE FROM cdrs WHERE id = ?"},
        {table.postpone_,
         "UPDATE cdrs SET attempts = attempts + 1, next_at_unix_ms = ? WHERE id = ?"},
    };
    for (const auto& [statement, sql] : statements) {
        auto prepared = table.database_.prepare(sql);
        if (!prepared) return named(prepared.error());
        statement = std::move(*prepared);
    }
    return table;
}

Answer<void> CdrTable::commit()
{
    auto committed = database_.commit();
    if (!committed) return committed;
    for (const auto& id : settled_) take_back(id);
    settled_.clear();
    size_ += std::exchange(growth_, 0);
    return committed;
}

void CdrTable::roll_back()
{
    database_.roll_back();
    settled_.clear();
    growth_ = 0;
}

Answer<void> CdrTable::put(const session::Cdr& cdr)
{
    assert(!cdr.url.empty());
    insert_.bind(cdr.id).bind(cdr.origin()).bind(cdr.call_id).bind(cdr.account_id);
    insert_.bind(cdr.url).bind(cdr.body).bind(cdr.ended_unix_ms);
    insert_.bind(static_cast<std::int64_t>(cdr.is_recorded));
    auto inserted = insert_.run();
    if (inserted) growth_ += database_.changes();
    return inserted;
}

Answer<std::vector<session::SpooledCdr>> CdrTable::due(const session::DueQuery& query)
{
    std::vector<session::SpooledCdr> cdrs;
    const auto done = hand_out(query, cdrs);
    if (done) return cdrs;
    for (const auto& [cdr, attempts] : cdrs) take_back(cdr.id);
    return tl::unexpected(done.error());
}

// One round through the origins, from where the last one ended.
Answer<void> CdrTable::hand_out(const session::DueQuery& query,
                                std::vector<session::SpooledCdr>& cdrs)
{
    const auto start = last_origin_;
    std::string origin = start;
    for (bool has_wrapped = false; cdrs.size() < query.cdrs_max;) {
        auto next = next_origin(origin);
        if (!next) return tl::unexpected(next.error());
        if (next->empty() && !has_wrapped) {
            has_wrapped = true;
            origin.clear();
            continue;
        }
        if (next->empty() || (has_wrapped && *next > start)) break;
        origin = std::move(*next);
        if (std::ranges::find(query.avoided_origins, origin) != query.avoided_origins.end()) {
            continue;
        }
        if (auto done = hand_out_of(origin, query, cdrs); !done) return done;
        last_origin_ = origin;
    }
    return {};
}

// Returns an empty text where no origin comes after it.
Answer<std::string> CdrTable::next_origin(std::string_view origin)
{
    const auto row = select_origin_.bind(origin).step();
    if (!row) return tl::unexpected(row.error());
    std::string next(*row ? select_origin_.text(0) : "");
    select_origin_.reset();
    return next;
}

Answer<void> CdrTable::hand_out_of(std::string_view origin, const session::DueQuery& query,
                                   std::vector<session::SpooledCdr>& cdrs)
{
    const auto count = handed_out_count_.try_emplace(std::string(origin), 0).first;
    select_due_.bind(origin).bind(query.now_unix_ms);
    while (cdrs.size() < query.cdrs_max && count->second < query.origin_cdrs_max) {
        const auto row = select_due_.step();
        if (!row) return tl::unexpected(row.error());
        if (!*row) break;
        std::string id(select_due_.text(0));
        if (!handed_out_.emplace(id, origin).second) continue;
        ++count->second;
        cdrs.push_back({{.id = std::move(id),
                         .call_id = std::string(select_due_.text(2)),
                         .account_id = std::string(select_due_.text(3)),
                         .url = std::string(select_due_.text(4)),
                         .body = std::string(select_due_.text(5)),
                         .ended_unix_ms = select_due_.number(6),
                         .is_recorded = select_due_.number(7) != 0},
                        static_cast<int>(select_due_.number(1))});
    }
    select_due_.reset();
    if (count->second == 0) handed_out_count_.erase(count);
    return {};
}

Answer<void> CdrTable::remove(std::string_view id)
{
    settled_.emplace_back(id);
    auto deleted = delete_.bind(id).run();
    if (deleted) growth_ -= database_.changes();
    return deleted;
}

Answer<void> CdrTable::failed(std::string_view id, std::int64_t next_at_unix_ms)
{
    settled_.emplace_back(id);
    return postpone_.bind(next_at_unix_ms).bind(id).run();
}

void CdrTable::take_back(std::string_view id)
{
    const auto cdr = handed_out_.find(id);
    if (cdr == handed_out_.end()) return;
    const auto of_origin = handed_out_count_.find(cdr->second);
    assert(of_origin != handed_out_count_.end());
    if (--of_origin->second == 0) handed_out_count_.erase(of_origin);
    handed_out_.erase(cdr);
}

}  // namespace pivot::store
