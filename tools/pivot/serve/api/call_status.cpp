#include "pivot/serve/api/call_status.hpp"

#include "execute/verbs/dial_legs.hpp"

namespace pivot::tools {

std::string_view status_of(const KnownCall& call)
{
    if (!call.ended_unix_ms) return call.facts.is_ringing ? "ringing" : "in-progress";
    if (!call.refusal.empty() || call.end.failure == CallHistory::lost) return "failed";
    if (call.end.was_answered || call.end.has_moved) return "completed";
    return call.facts.is_outbound ? execute::verbs::status_of(call.end.cause) : "canceled";
}

}  // namespace pivot::tools
