#include "session/memory_spool.hpp"

#include "reactor/reactor.hpp"

#include <algorithm>
#include <cassert>
#include <memory>
#include <utility>

namespace pivot::session {

namespace {

// Is sent instead of being called, because a spool never calls back from inside a call.
class Reply final : public reactor::Message {
public:
    explicit Reply(std::function<void()> call) : call_(std::move(call)) {}

private:
    void deliver() override
    {
        const std::unique_ptr<Reply> self(this);
        call_();
    }

    const std::function<void()> call_;
};

}  // namespace

void MemorySpool::put(Cdr cdr, Done done)
{
    std::string id = cdr.id;
    entries_.emplace(std::move(id), Entry{{std::move(cdr), 0}});
    reply(std::move(done));
}

void MemorySpool::due(DueQuery query, DueDone done)
{
    auto count = handed_out();
    std::vector<SpooledCdr> cdrs;
    for (auto& [id, entry] : entries_) {
        const std::string origin = entry.spooled.cdr.origin();
        if (cdrs.size() == query.cdrs_max) break;
        if (entry.is_handed_out || entry.next_at_unix_ms > query.now_unix_ms) continue;
        if (std::ranges::count(query.avoided_origins, origin) > 0) continue;
        if (count[origin] == query.origin_cdrs_max) continue;
        ++count[origin];
        entry.is_handed_out = true;
        cdrs.push_back(entry.spooled);
    }
    reactor_.post(*new Reply([cdrs = std::move(cdrs), done = std::move(done)] { done(cdrs); }));
}

std::map<std::string, std::size_t> MemorySpool::handed_out() const
{
    std::map<std::string, std::size_t> count;
    for (const auto& [id, entry] : entries_) {
        if (entry.is_handed_out) ++count[entry.spooled.cdr.origin()];
    }
    return count;
}

void MemorySpool::remove(std::string id, Done done)
{
    entries_.erase(id);
    reply(std::move(done));
}

void MemorySpool::failed(std::string id, std::int64_t next_at_unix_ms, Done done)
{
    Entry& entry = entries_.at(id);
    assert(entry.is_handed_out);
    entry.is_handed_out = false;
    entry.next_at_unix_ms = next_at_unix_ms;
    ++entry.spooled.attempts;
    reply(std::move(done));
}

void MemorySpool::reply(Done done)
{
    if (done) reactor_.post(*new Reply([done = std::move(done)] { done({}); }));
}

}  // namespace pivot::session
