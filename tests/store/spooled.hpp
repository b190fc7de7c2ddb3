// A store in a folder of its own, as one reactor uses it.
#pragma once

#include "peers/temporary_folder.hpp"
#include "reactor/run_until.hpp"
#include "store/spool.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace pivot::test {

inline session::Cdr cdr_of(std::string id, std::string url = "https://h/cdr")
{
    return {.id = std::move(id),
            .call_id = "c1",
            .account_id = "a1",
            .url = std::move(url),
            .body = "Call-ID=c1",
            .ended_unix_ms = 1000,
            .is_recorded = true};
}

inline std::vector<std::string> ids(const std::vector<session::SpooledCdr>& cdrs)
{
    std::vector<std::string> list;
    for (const auto& [cdr, attempts] : cdrs) list.push_back(cdr.id);
    return list;
}

// Lines of any thread.
class StoreLog {
public:
    void add(std::string_view line)
    {
        const std::scoped_lock lock(mutex_);
        lines_.emplace_back(line);
    }
    std::vector<std::string> lines() const
    {
        const std::scoped_lock lock(mutex_);
        return lines_;
    }

private:
    mutable std::mutex mutex_;
    std::vector<std::string> lines_;
};

inline std::unique_ptr<store::Store> open_store(const store::StoreConfig& config, StoreLog& log)
{
    auto store = store::Store::open(
        config, [&log](LogLevel, std::string_view, std::string_view line) { log.add(line); });
    if (!store) throw std::runtime_error(store.error());
    return std::move(*store);
}

// Another process that has begun to write a file of the store, as far as SQLite can tell.
class OtherWriter {
public:
    explicit OtherWriter(const std::string& path) : database_(*store::Database::open(path))
    {
        if (auto begun = database_.begin(); !begun) throw std::runtime_error(begun.error());
    }
    ~OtherWriter() { database_.roll_back(); }

private:
    store::Database database_;
};

// Asks, and turns the reactor until the answer is there.
class SpoolClient {
public:
    SpoolClient(session::CdrSpool& spool, reactor::Reactor& reactor)
        : spool_(spool), reactor_(reactor)
    {
    }

    Result<void> put(session::Cdr cdr)
    {
        return wait([&](auto done) { spool_.put(std::move(cdr), done); });
    }
    Result<void> remove(std::string id)
    {
        return wait([&](auto done) { spool_.remove(std::move(id), done); });
    }
    Result<void> failed(std::string id, std::int64_t next_at_unix_ms)
    {
        return wait([&](auto done) { spool_.failed(std::move(id), next_at_unix_ms, done); });
    }
    std::vector<session::SpooledCdr> due(const session::DueQuery& query)
    {
        std::optional<Result<std::vector<session::SpooledCdr>>> answer;
        spool_.due(query, [&](auto rows) { answer = std::move(rows); });
        run_until(reactor_, [&] { return answer.has_value(); });
        if (!*answer) throw std::runtime_error(answer->error().message);
        return std::move(**answer);
    }
    std::vector<session::SpooledCdr> due(std::int64_t now_unix_ms)
    {
        session::DueQuery query;
        query.now_unix_ms = now_unix_ms;
        query.cdrs_max = query.origin_cdrs_max = 100;
        return due(query);
    }

private:
    template <typename Ask>
    Result<void> wait(Ask ask)
    {
        std::optional<Result<void>> answer;
        ask([&](Result<void> outcome) { answer = std::move(outcome); });
        EXPECT_FALSE(answer) << "done from inside the call";
        run_until(reactor_, [&] { return answer.has_value(); });
        return *answer;
    }

    session::CdrSpool& spool_;
    reactor::Reactor& reactor_;
};

}  // namespace pivot::test
