// A call that a customer's program asks Pivot to make.
#pragma once

#include <pivot/call.hpp>
#include <pivot/command.hpp>
#include <pivot/engine.hpp>
#include <pivot/session.hpp>

#include <chrono>
#include <memory>

namespace pivot::tools {

struct OutboundCall {
    Call call;  // with an id of ours
    Address callee;
    CallerNumber caller_id;            // shown to the callee; empty for the switch's own
    std::chrono::seconds timeout{60};  // for the ringing
    ActionNode node;                   // performed once somebody has answered
    std::shared_ptr<const CallPermit> permit;
};

}  // namespace pivot::tools
