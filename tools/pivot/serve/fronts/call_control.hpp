// Commands of operators and of customers' programs for calls in flight.
#pragma once

#include "pivot/serve/calls/reception.hpp"
#include "pivot/serve/fronts/front.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::tools {

class CallControl {
public:
    // Both arguments outlive it.
    CallControl(Reception& reception, const std::vector<std::unique_ptr<Front>>& fronts)
        : reception_(reception), fronts_(fronts)
    {
    }

    // Like all functions, from any thread. Has a call made under its own id and account; it does
    // not need a permit yet. Fails with blocked or overload if the account's limits forbid it, and
    // with cancelled if nobody can make it now.
    Result<void> place(OutboundCall call);

    // Has a call hung up a moment later. Null stands for the operator, who may hang up any
    // account's. Returns false if there is no such call in flight.
    bool hang_up(std::string_view call_id, const std::string* account_id);

private:
    Front* find_dialler(std::string& obstacle) const;

    Reception& reception_;
    const std::vector<std::unique_ptr<Front>>& fronts_;
};

}  // namespace pivot::tools
