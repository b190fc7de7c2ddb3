// Posts CDRs on the client that all exchanges share.
#pragma once

#include "pivot/cdr_delivery.hpp"
#include "pivot/exchanges.hpp"

namespace pivot {

class CdrClient final : public CdrPoster {
public:
    explicit CdrClient(Exchanges& exchanges) : exchanges_(exchanges) {}

    // Fails with every reason of an exchange.
    reactor::Task<Result<int>> post(const Cdr& cdr, reactor::Deadline& deadline) override;

private:
    Exchanges& exchanges_;
};

}  // namespace pivot
