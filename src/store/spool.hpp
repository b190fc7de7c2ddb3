// The CDRs of the store, as one reactor asks for them.
#pragma once

#include "session/cdr_spool.hpp"
#include "store/store.hpp"

namespace pivot::store {

class Spool final : public session::CdrSpool {
public:
    Spool(Store& store, reactor::Reactor& reactor) : store_(store), reactor_(reactor) {}

    void put(session::Cdr cdr, Done done) override;
    void due(session::DueQuery query, DueDone done) override;
    void remove(std::string id, Done done) override;
    void failed(std::string id, std::int64_t next_at_unix_ms, Done done) override;

private:
    void change(Command::Execute execute, Done done);

    Store& store_;
    reactor::Reactor& reactor_;
};

}  // namespace pivot::store
