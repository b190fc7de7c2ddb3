// A spool that is lost when it is destroyed.
#pragma once

#include "reactor/reactor.hpp"
#include "session/cdr_spool.hpp"

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace pivot::test {

class MemorySpool final : public session::CdrSpool {
public:
    explicit MemorySpool(reactor::Reactor& reactor) : reactor_(reactor) {}

    void put(session::Cdr cdr, Done done) override
    {
        auto id = cdr.id;
        entries_.emplace(std::move(id), Entry{{std::move(cdr), 0}, 0, false});
        reply(std::move(done));
    }

    void due(session::DueQuery query, DueDone done) override
    {
        ++queries_;
        if (when_asked) when_asked();
        std::map<std::string, std::size_t> count;
        for (const auto& [id, entry] : entries_) {
            if (entry.is_handed_out) ++count[entry.spooled.cdr.origin()];
        }
        std::vector<session::SpooledCdr> cdrs;
        for (auto& [id, entry] : entries_) {
            const auto origin = entry.spooled.cdr.origin();
            if (cdrs.size() == query.cdrs_max) break;
            if (entry.is_handed_out || entry.next_at_unix_ms > query.now_unix_ms) continue;
            if (std::ranges::count(query.avoided_origins, origin) > 0) continue;
            if (count[origin] == query.origin_cdrs_max) continue;
            ++count[origin];
            entry.is_handed_out = true;
            cdrs.push_back(entry.spooled);
        }
        post([cdrs = std::move(cdrs), done = std::move(done)] { done(cdrs); });
    }

    void remove(std::string id, Done done) override
    {
        entries_.erase(id);
        reply(std::move(done));
    }

    void failed(std::string id, std::int64_t next_at_unix_ms, Done done) override
    {
        auto& entry = entries_.at(id);
        assert(entry.is_handed_out);
        entry.is_handed_out = false;
        entry.next_at_unix_ms = next_at_unix_ms;
        ++entry.spooled.attempts;
        reply(std::move(done));
    }

    std::function<void()> when_asked;  // what is due

    const session::Cdr& first() const { return entries_.begin()->second.spooled.cdr; }
    bool has(const std::string& id) const { return entries_.contains(id); }
    std::size_t size() const { return entries_.size(); }
    int attempts(const std::string& id) const { return entries_.at(id).spooled.attempts; }
    bool is_handed_out(const std::string& id) const { return entries_.at(id).is_handed_out; }
    std::int64_t next_at_unix_ms(const std::string& id) const
    {
        return entries_.at(id).next_at_unix_ms;
    }
    int queries() const { return queries_; }

private:
    struct Entry {
        session::SpooledCdr spooled;
        std::int64_t next_at_unix_ms;
        bool is_handed_out;
    };

    class Reply final : public reactor::Message {
    public:
        explicit Reply(std::function<void()> call) : call_(std::move(call)) {}

    private:
        void deliver() override
        {
            const std::unique_ptr<Reply> self(this);
            call_();
        }

        std::function<void()> call_;
    };

    void post(std::function<void()> call)
    {
        reactor_.post(*std::make_unique<Reply>(std::move(call)).release());
    }
    void reply(Done done)
    {
        if (done) post([done = std::move(done)] { done({}); });
    }

    reactor::Reactor& reactor_;
    std::map<std::string, Entry> entries_;  // by id, which is the order that they are due in
    int queries_ = 0;
};

}  // namespace pivot::test
