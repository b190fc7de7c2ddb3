// A spool that is lost when it is destroyed: for simulated calls, and tests.
#pragma once

#include "session/cdr_spool.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

namespace pivot::reactor {
class Reactor;
}

namespace pivot::session {

class MemorySpool : public CdrSpool {
public:
    explicit MemorySpool(reactor::Reactor& reactor) : reactor_(reactor) {}

    void put(Cdr cdr, Done done) override;
    void due(DueQuery query, DueDone done) override;
    void remove(std::string id, Done done) override;
    void failed(std::string id, std::int64_t next_at_unix_ms, Done done) override;

protected:
    struct Entry {
        SpooledCdr spooled;
        std::int64_t next_at_unix_ms = 0;
        bool is_handed_out = false;
    };

    // By id, which is the order in which they are handed out.
    const std::map<std::string, Entry>& entries() const { return entries_; }

private:
    std::map<std::string, std::size_t> handed_out() const;  // of each origin
    void reply(Done done);

    reactor::Reactor& reactor_;
    std::map<std::string, Entry> entries_;
};

}  // namespace pivot::session
