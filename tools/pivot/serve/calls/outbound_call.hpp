// A call that a customer's program has Pivot make.
#pragma once

#include <pivot/call.hpp>
#include <pivot/command.hpp>
#include <pivot/engine.hpp>
#include <pivot/session.hpp>

#include <chrono>
#include <memory>

namespace pivot::tools {

struct OutboundCall {
    Call call;  // its id is ours
    Address callee;
    CallerNumber caller_id;            // that the callee is shown; empty: the switch's own
    std::chrono::seconds timeout{60};  // of the ringing
    ActionNode node;                   // what is performed once somebody has answered
    std::shared_ptr<const CallPermit> permit;
};

}  // namespace pivot::tools
