// What programs of customers, and operators, do to calls in flight.
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
    // Both outlive it.
    CallControl(Reception& reception, const std::vector<std::unique_ptr<Front>>& fronts)
        : reception_(reception), fronts_(fronts)
    {
    }

    // As all functions, from any thread. Has a call made, whose id and account it says; it need not
    // have a permit. Fails with blocked or overload if the account may not have it, and with
    // cancelled if nobody can make it now.
    Result<void> place(OutboundCall call);

    // Has a call hung up, in a moment. Null: the operator does
    // it, whose account the call may be. False if there is no such call in flight.
    bool hang_up(std::string_view call_id, const std::string* account_id);

private:
    Front* find_dialler(std::string& obstacle) const;

    Reception& reception_;
    const std::vector<std::unique_ptr<Front>>& fronts_;
};

}  // namespace pivot::tools
