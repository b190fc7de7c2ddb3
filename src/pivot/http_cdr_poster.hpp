// Posts CDRs as forms, over the connections that sessions use.
#pragma once

#include "pivot/cdr_delivery.hpp"
#include "pivot/debug_record.hpp"

namespace pivot {

struct Exchanges;

class HttpCdrPoster final : public CdrPoster {
public:
    // `sink` gets a record of each attempt; null: none does.
    HttpCdrPoster(Exchanges& exchanges, DebugSink* sink) : exchanges_(exchanges), sink_(sink) {}

    reactor::Task<Result<int>> post(const Cdr& cdr, reactor::Deadline& deadline) override;

private:
    Exchanges& exchanges_;
    DebugSink* const sink_;
};

}  // namespace pivot
