// Posts CDRs as forms, over the connections that sessions use.
#pragma once

#include "session/cdr_delivery.hpp"
#include "session/debug_record.hpp"

namespace pivot::exchange {
struct Exchanges;
}

namespace pivot::session {

class HttpCdrPoster final : public CdrPoster {
public:
    // `sink` gets a record of each attempt, if the CDR is to have them. It may be null.
    HttpCdrPoster(exchange::Exchanges& exchanges, DebugSink* sink)
        : exchanges_(exchanges), sink_(sink)
    {
    }

    reactor::Task<Result<int>> post(const Cdr& cdr, reactor::Deadline& deadline) override;

private:
    exchange::Exchanges& exchanges_;
    DebugSink* const sink_;
};

}  // namespace pivot::session
