// A spool in memory that a test can look into.
#pragma once

#include "session/memory_spool.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace pivot::test {

class WatchedSpool final : public session::MemorySpool {
public:
    using MemorySpool::MemorySpool;

    void due(session::DueQuery query, DueDone done) override
    {
        ++queries_;
        if (when_asked) when_asked();
        MemorySpool::due(std::move(query), std::move(done));
    }

    std::function<void()> when_asked;  // what is due

    const session::Cdr& first() const { return entries().begin()->second.spooled.cdr; }
    bool has(const std::string& id) const { return entries().contains(id); }
    std::size_t size() const { return entries().size(); }
    int attempts(const std::string& id) const { return entries().at(id).spooled.attempts; }
    bool is_handed_out(const std::string& id) const { return entries().at(id).is_handed_out; }
    std::int64_t next_at_unix_ms(const std::string& id) const
    {
        return entries().at(id).next_at_unix_ms;
    }
    int queries() const { return queries_; }

private:
    int queries_ = 0;
};

}  // namespace pivot::test
