// A host's sinks, as sessions see them.
#pragma once

#include "session/cdr_spool.hpp"
#include "session/debug_record.hpp"

#include <pivot/sinks.hpp>

#include <string>

namespace pivot::engine {

// Hands records over at once, so none of them is ever due again.
class HostSinks final : public session::DebugSink, public session::CdrSpool {
public:
    explicit HostSinks(Sinks& sinks) : sinks_(sinks) {}

    void add(session::DebugRecord record) override
    {
        sinks_.debug_record(record.call_id(), record.account_id(), record.to_json());
    }

    void put(session::Cdr cdr, Done) override
    {
        sinks_.cdr({.id = cdr.id,
                    .url = cdr.url,
                    .form = cdr.body,
                    .call_id = cdr.call_id,
                    .account_id = cdr.account_id});
    }
    void due(session::DueQuery, DueDone) override {}
    void remove(std::string, Done) override {}
    void failed(std::string, std::int64_t, Done) override {}

private:
    Sinks& sinks_;
};

}  // namespace pivot::engine
